// What a program wrote, bounded: the beginning and the end, however much there was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace compose {

class CapturedOutput {
 public:
  explicit CapturedOutput(std::size_t most) : head_room_(most / 2), tail_room_(most - most / 2) {}

  void add(std::string_view piece);
  [[nodiscard]] std::uint64_t dropped() const;
  // Head and tail; between them, when bytes were left out, a line that says how many: two half
  // lines never look like one.
  [[nodiscard]] std::string text() const;

 private:
  std::size_t head_room_;
  std::size_t tail_room_;
  std::uint64_t seen_ = 0;
  std::string head_;
  std::string tail_;  // up to twice its room, so that trimming is rare
};

}  // namespace compose
