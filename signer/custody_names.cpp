#include "signer/custody_names.hpp"

#include <algorithm>
#include <vector>

namespace compose {

namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_letter_or_digit(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z'); }
bool is_joiner(char c) { return c == '.' || c == '_' || c == '-'; }

template <typename First, typename Rest>
bool is_word(std::string_view text, std::size_t most, First first, Rest rest) {
  return !text.empty() && text.size() <= most && first(text.front()) &&
         std::all_of(text.begin(), text.end(), rest);
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('/', begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + 1;
  }
}

template <typename Part>
bool all_parts(std::string_view text, std::size_t least, std::size_t most, Part is_part) {
  const auto parts = split(text);
  return parts.size() >= least && parts.size() <= most && std::all_of(parts.begin(), parts.end(), is_part);
}

}  // namespace

bool is_team_name(std::string_view text) {
  return is_word(text, 63, is_lower_or_digit, [](char c) { return is_lower_or_digit(c) || is_joiner(c); });
}

bool is_image_name(std::string_view text) {
  constexpr std::size_t most_bytes = 255;
  if (text.size() > most_bytes) return false;
  return all_parts(text, 1, most_bytes, [](std::string_view part) {
    return is_word(part, most_bytes, is_lower_or_digit,
                   [](char c) { return is_lower_or_digit(c) || is_joiner(c); }) &&
           is_lower_or_digit(part.back());
  });
}

bool is_tag(std::string_view text) {
  return is_word(
      text, 128, [](char c) { return is_letter_or_digit(c) || c == '_'; },
      [](char c) { return is_letter_or_digit(c) || is_joiner(c); });
}

bool is_platform(std::string_view text) { return all_parts(text, 2, 3, is_team_name); }

bool is_media_type(std::string_view text) {
  return all_parts(text, 2, 2, [](std::string_view part) {
    return is_word(part, 127, is_letter_or_digit, [](char c) {
      return is_letter_or_digit(c) || std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
    });
  });
}

bool is_file_name(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
         text.find('/') == std::string_view::npos && std::none_of(text.begin(), text.end(), is_control);
}

bool is_nonce(std::string_view text) {
  return text.size() == 32 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace compose
