#include "composer/side_by_side.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace compose;

TEST_CASE("side_by_side: each piece once, whatever the number of threads", "[composer][threads]") {
  const unsigned threads = GENERATE(0u, 1u, 3u, 64u);
  const std::size_t count = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{100});
  std::vector<std::atomic<int>> calls(count);
  side_by_side(threads, count, [&](std::size_t i) { ++calls[i]; });
  for (const auto& called : calls) CHECK(called == 1);
}

TEST_CASE("side_by_side: the first piece's error comes out, after all have ended", "[composer][threads]") {
  std::atomic<int> running{0};
  const auto work = [&](std::size_t i) {
    ++running;
    --running;
    throw std::runtime_error(std::to_string(i));
  };
  CHECK_THROWS_WITH(side_by_side(1, 10, work), "0");
  CHECK_THROWS_AS(side_by_side(4, 10, work), std::runtime_error);
  CHECK(running == 0);
}
