// SHA-256 values and the identities made of them.
//
// The identities of an image are all SHA-256, and mixing them up is how tools get fooled
// (a diff_id taken for a blob digest). So each has a type of its own and none converts to
// another. Written form: "sha256:" and 64 lower-case hex digits (OCI image-spec,
// descriptor.md, "Digests"); nothing else parses.
#pragma once

#include <fmt/format.h>

#include <array>
#include <compare>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace compose {

// A bare SHA-256 value, 32 bytes.
struct Sha256 {
  std::array<std::byte, 32> bytes{};
  auto operator<=>(const Sha256&) const = default;
  [[nodiscard]] std::string hex() const;                                       // 64 lower-case digits
  [[nodiscard]] static std::optional<Sha256> from_hex(std::string_view text);  // exactly 64, lower case
};

// An identity over SHA-256. Tag::name says in errors what was expected.
template <typename Tag>
class Identity {
 public:
  explicit Identity(const Sha256& value) : value_(value) {}
  auto operator<=>(const Identity&) const = default;
  [[nodiscard]] const Sha256& value() const { return value_; }
  [[nodiscard]] std::string hex() const { return value_.hex(); }
  [[nodiscard]] std::string str() const { return "sha256:" + value_.hex(); }
  // Accepts exactly "sha256:" + 64 lower-case hex digits.
  [[nodiscard]] static std::optional<Identity> from(std::string_view text) {
    if (!text.starts_with("sha256:")) return std::nullopt;
    const auto value = Sha256::from_hex(text.substr(7));
    if (!value) return std::nullopt;
    return Identity(*value);
  }

 private:
  Sha256 value_;
};

using BlobDigest = Identity<struct BlobDigestTag>;  // of the bytes of a blob, as stored
using DiffId = Identity<struct DiffIdTag>;          // of a layer's uncompressed tar
using ChainId = Identity<struct ChainIdTag>;        // of a stack of layers (OCI config.md)
using EntryId = Identity<struct EntryIdTag>;        // of a custody entry: SHA-256 of its PAE

// OCI config.md "Layer ChainID": the first is the diff_id itself, then
// SHA256(parent + " " + diff_id) over the written forms.
[[nodiscard]] ChainId chain_of(const std::optional<ChainId>& parent, const DiffId& layer);

// Incremental SHA-256.
class Sha256Hasher {
 public:
  Sha256Hasher();
  ~Sha256Hasher();
  Sha256Hasher(Sha256Hasher&&) noexcept;
  Sha256Hasher& operator=(Sha256Hasher&&) noexcept;
  void update(std::span<const std::byte> bytes);
  void update(std::string_view bytes);
  // Gives the value of everything seen. The hasher must not be used after.
  [[nodiscard]] Sha256 finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Sha256 sha256(std::span<const std::byte> bytes);
[[nodiscard]] Sha256 sha256(std::string_view bytes);

// SHA-1, for the one thing that OpenPGP v4 defines by it: fingerprints.
[[nodiscard]] std::array<std::byte, 20> openpgp_v4_sha1(std::span<const std::byte> bytes);

[[nodiscard]] std::string to_hex(std::span<const std::byte> bytes);  // lower case

}  // namespace compose

template <typename Tag>
struct fmt::formatter<compose::Identity<Tag>> : fmt::formatter<std::string> {
  template <typename Context>
  auto format(const compose::Identity<Tag>& id, Context& context) const {
    return fmt::formatter<std::string>::format(id.str(), context);
  }
};

template <typename Tag>
struct std::hash<compose::Identity<Tag>> {
  std::size_t operator()(const compose::Identity<Tag>& id) const noexcept {
    std::size_t value = 0;
    for (std::size_t i = 0; i < sizeof value; ++i) {
      value = value << 8 | std::to_integer<std::size_t>(id.value().bytes[i]);
    }
    return value;
  }
};
