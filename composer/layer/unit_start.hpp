// The first four bytes of each unit (zstd frame, gzip member) of a compressed stream, gathered
// from pieces of any size: what does not begin as a unit must not reach a tolerant library.
#pragma once

#include <array>
#include <cstddef>
#include <span>

namespace compose {

class UnitStart {
 public:
  static constexpr std::size_t length = 4;

  // Takes what is missing from the front of `bytes`; true when all four are there.
  bool gather(std::span<const std::byte>& bytes) {
    while (held_ < length && !bytes.empty()) {
      bytes_[held_++] = bytes.front();
      bytes = bytes.subspan(1);
    }
    return held_ == length;
  }
  [[nodiscard]] std::span<const std::byte> bytes() const { return std::span(bytes_).first(held_); }
  [[nodiscard]] bool empty() const { return held_ == 0; }
  void clear() { held_ = 0; }

 private:
  std::array<std::byte, length> bytes_{};
  std::size_t held_ = 0;
};

}  // namespace compose
