#include "signer/printable.hpp"

#include <fmt/format.h>

#include <cstdint>

namespace compose {

namespace {

struct Decoded {
  char32_t point = 0;
  std::size_t length = 0;  // 0: invalid
};

// One UTF-8 sequence at the front of `text`: shortest form only, no surrogates.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t point = first & (0x7fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3f);
  }
  static constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < least[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) return {};
  return {point, length};
}

bool misleads(char32_t point) {
  return (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f) || point == 0xfeff || point == 0x061c ||
         (point >= 0xe0000 && point <= 0xe007f);
}

std::string escaped(std::string_view text, bool keep_lines) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const Decoded decoded = decode(text);
    if (decoded.length == 0) {
      safe += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    const char32_t point = decoded.point;
    if (keep_lines && (point == '\n' || point == '\t')) {
      safe += static_cast<char>(point);
    } else if (point < 0x20 || (point >= 0x7f && point < 0xa0)) {
      safe += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(point));
    } else if (misleads(point)) {
      safe += fmt::format("\\u{{{:x}}}", static_cast<std::uint32_t>(point));
    } else if (point == '\\' && !keep_lines) {
      safe += "\\\\";
    } else {
      safe += text.substr(0, decoded.length);
    }
    text.remove_prefix(decoded.length);
  }
  return safe;
}

}  // namespace

std::string printable(std::string_view text) { return escaped(text, false); }

std::string printable_lines(std::string_view text) { return escaped(text, true); }

}  // namespace compose
