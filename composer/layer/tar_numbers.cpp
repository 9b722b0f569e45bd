#include "composer/layer/tar_numbers.hpp"

#include <algorithm>
#include <charconv>

namespace compose {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\0'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// GNU: the first bit says base-256, the second is the sign, the rest is big-endian.
std::optional<std::uint64_t> parse_base256(std::span<const char> field) {
  const auto first = static_cast<unsigned char>(field[0]);
  if ((first & 0x40u) != 0) return std::nullopt;
  std::uint64_t value = first & 0x3fu;
  for (const char c : field.subspan(1)) {
    if (value >> 55 != 0) return std::nullopt;
    value = value << 8 | static_cast<unsigned char>(c);
  }
  return value;
}

std::optional<std::uint64_t> parse_octal(std::span<const char> field) {
  std::uint64_t value = 0;
  auto at = std::find_if(field.begin(), field.end(), [](char c) { return c != ' '; });
  for (; at != field.end() && *at >= '0' && *at <= '7'; ++at) {
    value = value << 3 | static_cast<std::uint64_t>(*at - '0');
  }
  if (!std::all_of(at, field.end(), is_blank)) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> parse_tar_number(std::span<const char> field) {
  const bool base256 = (static_cast<unsigned char>(field[0]) & 0x80u) != 0;
  return base256 ? parse_base256(field) : parse_octal(field);  // 12 octal digits always fit
}

std::optional<std::uint64_t> parse_pax_number(std::string_view text) {
  std::uint64_t value = 0;
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> parse_pax_time(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos) return parse_pax_number(text);
  const std::string_view fraction = text.substr(dot + 1);
  if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) return std::nullopt;
  return parse_pax_number(text.substr(0, dot));
}

}  // namespace compose
