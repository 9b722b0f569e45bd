#include "composer/check/ordered_work.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace compose;

TEST_CASE("ordered_work: in order, and not far ahead", "[check]") {
  std::atomic<std::size_t> begun = 0;
  std::size_t delivered = 0;
  std::size_t furthest = 0;
  std::vector<std::size_t> order;
  work_in_order(
      3, 50,
      [&](std::size_t i) {
        ++begun;
        if (i % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
      },
      [&](std::size_t i) {
        furthest = std::max(furthest, begun.load() - delivered);
        order.push_back(i);
        ++delivered;
      });
  REQUIRE(order.size() == 50);
  for (std::size_t i = 0; i < order.size(); ++i) CHECK(order[i] == i);
  CHECK(furthest <= 6);
}

TEST_CASE("ordered_work: the first error in order comes out, and everything stops", "[check]") {
  for (int turn = 0; turn < 20; ++turn) {
    std::atomic<std::size_t> begun = 0;
    std::vector<std::size_t> delivered;
    const auto work = [&](std::size_t i) {
      ++begun;
      if (i == 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      if (i == 5 || i == 6) throw std::runtime_error(i == 5 ? "five" : "six");
    };
    CHECK_THROWS_WITH(work_in_order(4, 1000, work, [&](std::size_t i) { delivered.push_back(i); }), "five");
    CHECK(delivered.size() == 5);
    CHECK(begun < 20);
  }
}

TEST_CASE("ordered_work: nothing to do", "[check]") {
  CHECK_NOTHROW(work_in_order(
      0, 0, [](std::size_t) { FAIL("work"); }, [](std::size_t) { FAIL("deliver"); }));
}
