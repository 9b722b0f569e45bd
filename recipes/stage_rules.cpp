#include "recipes/stage_rules.hpp"

#include <charconv>

namespace compose {

namespace {

constexpr std::uint32_t most_id = 0x7fff'ffff;
constexpr std::uint32_t most_mode = 07777;
constexpr std::size_t fewest_mode_digits = 3;
constexpr std::size_t most_mode_digits = 5;

// All of `text` as a number, digits only (from_chars takes no sign for unsigned types).
std::optional<std::uint32_t> parse_digits(std::string_view text, int base) {
  std::uint32_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, fault] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || fault != std::errc() || stop != end) return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint32_t> parse_decimal(std::string_view text, std::uint32_t most) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const auto value = parse_digits(text, 10);
  return value && *value <= most ? value : std::nullopt;
}

std::optional<NumericOwner> parse_owner(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto uid = parse_decimal(text.substr(0, colon), most_id);
  const auto gid = parse_decimal(text.substr(colon + 1), most_id);
  if (!uid || !gid) return std::nullopt;
  return NumericOwner{*uid, *gid};
}

std::optional<std::uint32_t> parse_mode(std::string_view text) {
  if (text.size() < fewest_mode_digits || text.size() > most_mode_digits) return std::nullopt;
  const auto mode = parse_digits(text, 8);
  return mode && *mode <= most_mode ? mode : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const std::size_t unit_at = text.find_first_not_of("0123456789");
  if (unit_at == std::string_view::npos) return std::nullopt;
  const auto number =
      parse_decimal(text.substr(0, unit_at), static_cast<std::uint32_t>(most_duration.count()));
  const std::string_view unit = text.substr(unit_at);
  const std::int64_t scale = unit == "ms" ? 1 : unit == "s" ? 1000 : unit == "m" ? 60'000 : 0;
  if (!number || *number == 0 || scale == 0) return std::nullopt;
  const std::chrono::milliseconds duration(*number * scale);
  return duration <= most_duration ? std::optional(duration) : std::nullopt;
}

}  // namespace compose
