// Streaming decompression of layer blobs: exact, bounded, strict at the end of the stream.
#pragma once

#include <cstdint>
#include <memory>

#include "recipes/recipe.hpp"
#include "signer/byte_sink.hpp"

namespace compose {

struct DecompressLimits {
  std::uint64_t bytes = 64ull << 30;  // of output
  // Output per input byte, once the output exceeds `ratio_from`. Honest layers reach zstd's
  // 1:25,000 where they hold an empty disk image, so that a few GiB of zeros must pass.
  std::uint64_t ratio = 2000;
  std::uint64_t ratio_from = 16ull << 30;
  unsigned window_log = 27;  // zstd: 128 MiB
};

// Push decoder. Throws verdict Errors ("gzip: bytes after the last member", "zstd: …",
// "expands more than …"). gzip: any number of whole members (RFC 1952) and nothing else;
// zstd: any number of whole frames, skippable ones included.
class Decompressor {
 public:
  Decompressor(Compression compression, ByteSink sink, DecompressLimits limits = {});
  ~Decompressor();
  void feed(std::span<const std::byte> bytes);
  void finish();  // the stream must end here

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What the first bytes of a blob say it is (gzip and zstd magic, else none).
[[nodiscard]] Compression sniff_compression(std::span<const std::byte> first_bytes);

}  // namespace compose
