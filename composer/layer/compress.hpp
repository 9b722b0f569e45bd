// Compression of layers on all cores, with bytes that never depend on the number of threads:
// the stream is cut at fixed offsets and each block becomes a zstd frame or a gzip member.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "recipes/recipe.hpp"
#include "signer/byte_sink.hpp"

namespace compose {

// Library, version, level and block size: "zstd-1.5.4/l3/2MiB". Part of layer keys.
[[nodiscard]] std::string encoder_id(Compression compression);

// Threads that compress blocks for any number of streams; the buffers in flight are bounded.
class CompressionPool {
 public:
  explicit CompressionPool(unsigned threads);
  ~CompressionPool();
  CompressionPool(const CompressionPool&) = delete;
  CompressionPool& operator=(const CompressionPool&) = delete;

  struct State;
  [[nodiscard]] State& state() { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// One compressed stream. `sink` gets the output in order, from the thread that calls write or
// finish. An error in a worker or the sink comes out of write or finish.
class CompressStream {
 public:
  CompressStream(CompressionPool& pool, Compression compression, ByteSink sink);
  ~CompressStream();  // without finish: abandons the blocks in flight
  void write(std::span<const std::byte> bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
