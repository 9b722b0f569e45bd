// Plain text for people: tables and colours.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace compose {

// Columns as wide as their widest cell (cells are made printable), two spaces between, no
// trailing spaces. The first row is the heading.
[[nodiscard]] std::string format_table(const std::vector<std::vector<std::string>>& rows);

enum class Colour { none, red, green, yellow, bold };

// The text in a colour if standard output is a terminal and NO_COLOR is not set.
[[nodiscard]] std::string coloured(std::string_view text, Colour colour);

// "2026-01-01 00:00" in UTC.
[[nodiscard]] std::string short_time(std::int64_t seconds);

}  // namespace compose
