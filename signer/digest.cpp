#include "signer/digest.hpp"

#include <openssl/evp.h>

#include "signer/c_handle.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::span<const std::byte> bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

std::string Sha256::hex() const { return to_hex(bytes); }

std::optional<Sha256> Sha256::from_hex(std::string_view text) {
  Sha256 value;
  if (text.size() != value.bytes.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < value.bytes.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    value.bytes[i] = static_cast<std::byte>(high << 4 | low);
  }
  return value;
}

ChainId chain_of(const std::optional<ChainId>& parent, const DiffId& layer) {
  if (!parent) return ChainId(layer.value());
  return ChainId(sha256(parent->str() + " " + layer.str()));
}

struct Sha256Hasher::State {
  CHandle<EVP_MD_CTX, EVP_MD_CTX_free> context;
};

Sha256Hasher::Sha256Hasher() : state_(std::make_unique<State>()) {
  state_->context.reset(EVP_MD_CTX_new());
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) != 1) {
    throw failure_error("cannot start SHA-256");
  }
}

Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;

void Sha256Hasher::update(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) {
    throw failure_error("cannot compute SHA-256");
  }
}

void Sha256Hasher::update(std::string_view bytes) { update(std::as_bytes(std::span(bytes))); }

Sha256 Sha256Hasher::finish() {
  Sha256 value;
  auto* out = reinterpret_cast<unsigned char*>(value.bytes.data());
  if (EVP_DigestFinal_ex(state_->context.get(), out, nullptr) != 1) {
    throw failure_error("cannot compute SHA-256");
  }
  return value;
}

Sha256 sha256(std::span<const std::byte> bytes) {
  Sha256Hasher hasher;
  hasher.update(bytes);
  return hasher.finish();
}

Sha256 sha256(std::string_view bytes) { return sha256(std::as_bytes(std::span(bytes))); }

std::array<std::byte, 20> openpgp_v4_sha1(std::span<const std::byte> bytes) {
  std::array<std::byte, 20> value{};
  auto* out = reinterpret_cast<unsigned char*>(value.data());
  if (EVP_Digest(bytes.data(), bytes.size(), out, nullptr, EVP_sha1(), nullptr) != 1) {
    throw failure_error("cannot compute SHA-1");
  }
  return value;
}

}  // namespace compose
