// gzip (RFC 1952): one member from one block.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace compose {

inline constexpr int gzip_level = 6;
[[nodiscard]] std::string libdeflate_version();  // "1.14"

// Makes members with mtime 0, without a name, and OS byte 255 (unknown). The bytes depend on
// nothing but the block and the library's version. Not for several threads at once.
class GzipEncoder {
 public:
  GzipEncoder();
  ~GzipEncoder();
  // Room that suffices for the member of a block.
  [[nodiscard]] std::size_t bound(std::size_t block) const;
  // Returns the member's length.
  [[nodiscard]] std::size_t encode(std::span<const std::byte> block, std::span<std::byte> member);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
