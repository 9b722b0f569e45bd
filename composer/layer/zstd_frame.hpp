// Zstandard (RFC 8878): one frame from one block, and a strict stream of frames back.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "signer/byte_sink.hpp"

namespace compose {

inline constexpr int zstd_level = 3;
[[nodiscard]] std::string zstd_version();  // "1.5.4"

// Makes frames that state their content's size and checksum. The bytes depend on nothing but
// the block and the library's version. Not for several threads at once.
class ZstdEncoder {
 public:
  ZstdEncoder();
  ~ZstdEncoder();
  // Room that suffices for the frame of a block.
  [[nodiscard]] static std::size_t bound(std::size_t block);
  // Returns the frame's length.
  [[nodiscard]] std::size_t encode(std::span<const std::byte> block, std::span<std::byte> frame);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Frames → content. Takes whole frames, skippable ones included, and nothing else; frames of
// the versions before RFC 8878 and windows above 2^window_log are refused. Verdict Errors.
class ZstdDecoder {
 public:
  ZstdDecoder(unsigned window_log, ByteSink sink);
  ~ZstdDecoder();
  void feed(std::span<const std::byte> bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
