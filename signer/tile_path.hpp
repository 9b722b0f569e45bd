// Names of the files of a log (C2SP tlog-tiles, "Merkle Tree" and "Log Entries"): a tile is a
// run of 256 hashes of one level, an entry bundle the 256 entries below a tile of level 0. The
// last one of a level may be partial; its width is then part of its name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace compose {

inline constexpr std::uint64_t tile_width = 256;

// A run of `width` hashes or entries that begins at number 256 * `number` of its level.
struct TileSpan {
  std::uint64_t number = 0;
  std::uint64_t width = 0;  // 1 to 256
};

// "tile/0/x001/x234/067" or "tile/0/x001/x234/067.p/8".
[[nodiscard]] std::string tile_path(unsigned level, const TileSpan& span);
// "tile/entries/000" or "tile/entries/000.p/8".
[[nodiscard]] std::string entries_path(const TileSpan& span);

// How many hashes level `level` has in a tree of `size` leaves: complete subtrees of 256^level.
[[nodiscard]] std::uint64_t level_size(std::uint64_t size, unsigned level);

// The spans that a level of `size` hashes has and that the same level of `old_size` hashes did
// not have; with `old_size` 0 all of them.
[[nodiscard]] std::vector<TileSpan> new_spans(std::uint64_t old_size, std::uint64_t size);

}  // namespace compose
