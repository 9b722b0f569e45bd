#include "signer/tile_path.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace compose {

namespace {

// 1234067 → "x001/x234/067", with ".p/W" behind it when it is partial.
std::string span_name(const TileSpan& span) {
  std::string name = fmt::format("{:03}", span.number % 1000);
  for (std::uint64_t rest = span.number / 1000; rest != 0; rest /= 1000) {
    name = fmt::format("x{:03}/{}", rest % 1000, name);
  }
  if (span.width < tile_width) name += fmt::format(".p/{}", span.width);
  return name;
}

}  // namespace

std::string tile_path(unsigned level, const TileSpan& span) {
  return fmt::format("tile/{}/{}", level, span_name(span));
}

std::string entries_path(const TileSpan& span) { return "tile/entries/" + span_name(span); }

std::uint64_t level_size(std::uint64_t size, unsigned level) { return level < 8 ? size >> (8 * level) : 0; }

std::vector<TileSpan> new_spans(std::uint64_t old_size, std::uint64_t size) {
  std::vector<TileSpan> spans;
  if (size <= old_size) return spans;
  for (std::uint64_t number = old_size / tile_width; number * tile_width < size; ++number) {
    spans.push_back({number, std::min(tile_width, size - number * tile_width)});
  }
  return spans;
}

}  // namespace compose
