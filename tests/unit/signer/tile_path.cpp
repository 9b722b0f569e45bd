#include "signer/tile_path.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("tile_path: names are those of tlog-tiles", "[signer][log]") {
  CHECK(tile_path(0, {0, 256}) == "tile/0/000");
  CHECK(tile_path(0, {5, 8}) == "tile/0/005.p/8");
  CHECK(tile_path(1, {1234067, 256}) == "tile/1/x001/x234/067");
  CHECK(tile_path(2, {1000, 1}) == "tile/2/x001/000.p/1");
  CHECK(entries_path({999, 256}) == "tile/entries/999");
  CHECK(entries_path({1000000, 255}) == "tile/entries/x001/x000/000.p/255");
}

TEST_CASE("tile_path: spans cover what is new and nothing else", "[signer][log]") {
  using Widths = std::vector<std::pair<std::uint64_t, std::uint64_t>>;
  const auto widths = [](std::uint64_t from, std::uint64_t to) {
    Widths found;
    for (const TileSpan& span : new_spans(from, to)) found.emplace_back(span.number, span.width);
    return found;
  };
  CHECK(widths(0, 0).empty());
  CHECK(widths(7, 7).empty());
  CHECK(widths(0, 1) == Widths{{0, 1}});
  CHECK(widths(3, 5) == Widths{{0, 5}});
  CHECK(widths(255, 256) == Widths{{0, 256}});
  CHECK(widths(256, 257) == Widths{{1, 1}});
  CHECK(widths(200, 600) == Widths{{0, 256}, {1, 256}, {2, 88}});
}

TEST_CASE("tile_path: a level counts its complete subtrees", "[signer][log]") {
  CHECK(level_size(255, 1) == 0);
  CHECK(level_size(256, 1) == 1);
  CHECK(level_size(65536, 2) == 1);
  CHECK(level_size(65535, 2) == 0);
  CHECK(level_size(~std::uint64_t{0}, 8) == 0);
}
