// Numbers as tar headers hold them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace compose {

// A field of a header block: octal digits between blanks and NULs (an empty field is 0), or
// GNU's base-256. Negative and over-large numbers are none.
[[nodiscard]] std::optional<std::uint64_t> parse_tar_number(std::span<const char> field);

// A whole number of a PAX record: decimal digits and nothing else.
[[nodiscard]] std::optional<std::uint64_t> parse_pax_number(std::string_view text);

// Seconds of a PAX record; a fraction is cut off. Negative times are none.
[[nodiscard]] std::optional<std::uint64_t> parse_pax_time(std::string_view text);

}  // namespace compose
