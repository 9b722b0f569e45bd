#include "signer/fingerprint.hpp"

#include <algorithm>

namespace compose {

namespace {

constexpr std::size_t v4_hex_digits = 40;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

char to_lower(char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::optional<Fingerprint> Fingerprint::from(std::string_view text) {
  if (text.size() != v4_hex_digits || !std::all_of(text.begin(), text.end(), is_hex)) return std::nullopt;
  std::string hex(text);
  std::transform(hex.begin(), hex.end(), hex.begin(), to_lower);
  return Fingerprint(std::move(hex));
}

}  // namespace compose
