// Owners, modes and durations: from text to values.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "recipes/recipe.hpp"

namespace compose {

// "uid:gid", decimal without leading zeros, each below 2^31.
[[nodiscard]] std::optional<NumericOwner> parse_owner(std::string_view text);

// Three to five octal digits, at most 07777.
[[nodiscard]] std::optional<std::uint32_t> parse_mode(std::string_view text);

// "500ms", "5s" or "2m"; more than nothing and at most an hour.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
inline constexpr std::chrono::milliseconds most_duration = std::chrono::hours(1);

// Decimal digits without sign or leading zeros, at most `most`.
[[nodiscard]] std::optional<std::uint32_t> parse_decimal(std::string_view text, std::uint32_t most);

}  // namespace compose
