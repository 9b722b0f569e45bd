#include "recipes/run_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "recipes/stage_rules.hpp"

namespace compose {

namespace {

constexpr std::size_t most_name = 200;
constexpr std::size_t most_user_name = 32;  // of useradd(8)
constexpr std::size_t most_pattern = 10'000;
constexpr std::uint32_t most_port = 65535;
constexpr std::uint32_t most_id = 0x7fff'ffff;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_user_name(std::string_view name) {
  const auto first = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  const auto rest = [&](char c) { return first(c) || is_digit(c) || c == '-' || c == '.'; };
  if (name.ends_with('$')) name.remove_suffix(1);  // accounts of machines
  return !name.empty() && name.size() <= most_user_name && first(name.front()) &&
         std::all_of(name.begin(), name.end(), rest);
}

bool is_user_or_group(std::string_view text) {
  const bool number = !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
  return number ? parse_decimal(text, most_id).has_value() : is_user_name(text);
}

}  // namespace

Reason plain_text_fault(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "a NUL byte";
  return std::nullopt;
}

Reason env_name_fault(std::string_view name) {
  if (name.empty()) return "empty";
  if (name.find('=') != std::string_view::npos) return "an '=' in the name";
  return plain_text_fault(name);
}

Reason label_name_fault(std::string_view name) {
  if (name.empty()) return "empty";
  return plain_text_fault(name);
}

Reason user_fault(std::string_view user) {
  const std::size_t colon = user.find(':');
  const bool valid = is_user_or_group(user.substr(0, colon)) &&
                     (colon == std::string_view::npos || is_user_or_group(user.substr(colon + 1)));
  if (valid) return std::nullopt;
  return "a user is a name or a number below 2^31, with ':group' or without";
}

Reason port_fault(std::string_view port) {
  const std::size_t slash = port.find('/');
  const std::string_view protocol = slash == std::string_view::npos ? "tcp" : port.substr(slash + 1);
  const auto number = parse_decimal(port.substr(0, slash), most_port);
  if (number && *number > 0 && (protocol == "tcp" || protocol == "udp")) return std::nullopt;
  return "a port is a number from 1 to 65535, with '/tcp' or '/udp'";
}

std::string full_port(std::string_view port) {
  return port.find('/') == std::string_view::npos ? fmt::format("{}/tcp", port) : std::string(port);
}

Reason test_name_fault(std::string_view name) {
  if (name.empty()) return "empty";
  if (name.size() > most_name) return fmt::format("longer than {} bytes", most_name);
  if (std::any_of(name.begin(), name.end(), is_control)) return "control characters";
  return std::nullopt;
}

Reason pattern_fault(std::string_view pattern) {
  if (pattern.empty()) return "an empty expression matches everything; '\\A\\z' matches only empty output";
  if (pattern.size() > most_pattern) return fmt::format("longer than {} bytes", most_pattern);
  return plain_text_fault(pattern);
}

}  // namespace compose
