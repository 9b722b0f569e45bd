// Base64 (RFC 4648, section 4; decoding also takes the URL-safe alphabet of section 5, as
// DSSE demands).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace compose {

[[nodiscard]] std::string to_base64(std::string_view bytes);
// Strict: padding required, no white space, no stray bits, one alphabet at a time.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace compose
