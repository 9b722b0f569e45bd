// An OpenPGP v4 fingerprint: 40 lower-case hex digits. Short key ids do not exist here.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace compose {

class Fingerprint {
 public:
  // 40 hex digits of either case.
  [[nodiscard]] static std::optional<Fingerprint> from(std::string_view text);
  [[nodiscard]] const std::string& hex() const { return hex_; }  // lower case
  auto operator<=>(const Fingerprint&) const = default;

 private:
  explicit Fingerprint(std::string hex) : hex_(std::move(hex)) {}
  std::string hex_;
};

}  // namespace compose
