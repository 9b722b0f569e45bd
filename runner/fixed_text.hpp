// Text put together without allocating: for the child after a clone, where only
// async-signal-safe code may run.
#pragma once

#include <array>
#include <cstddef>

namespace compose {

template <std::size_t Capacity>
class FixedText {
 public:
  FixedText& add(const char* text) {
    while (*text != '\0') put(*text++);
    return *this;
  }

  FixedText& add(unsigned number) {
    char digits[10];
    std::size_t count = 0;
    do {
      digits[count++] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    while (count != 0) put(digits[--count]);
    return *this;
  }

  // False when something was cut off.
  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] const char* c_str() const { return text_.data(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  void put(char letter) {
    if (size_ + 1 < Capacity) {
      text_[size_++] = letter;
    } else {
      complete_ = false;
    }
  }

  std::array<char, Capacity> text_{};
  std::size_t size_ = 0;
  bool complete_ = true;
};

}  // namespace compose
