#include "composer/layer/compress.hpp"

#include <algorithm>
#include <vector>

#include "composer/layer/block_queue.hpp"
#include "composer/layer/gzip_member.hpp"
#include "composer/layer/zstd_frame.hpp"
#include "signer/error.hpp"

namespace compose {

struct CompressionPool::State : BlockQueue {
  using BlockQueue::BlockQueue;
};

std::string encoder_id(Compression compression) {
  constexpr std::size_t mebibytes = BlockQueue::block_size >> 20;
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return fmt::format("libdeflate-{}/l{}/{}MiB", libdeflate_version(), gzip_level, mebibytes);
    case Compression::zstd:
      return fmt::format("zstd-{}/l{}/{}MiB", zstd_version(), zstd_level, mebibytes);
  }
  throw failure_error("unknown compression");
}

CompressionPool::CompressionPool(unsigned threads) : state_(std::make_unique<State>(threads)) {}

CompressionPool::~CompressionPool() = default;

struct CompressStream::State {
  BlockQueue& queue;
  Compression compression;
  ByteSink sink;
  BlockQueue::Lane lane;
  std::vector<std::byte> current;
  bool any = false;     // block so far
  bool broken = false;  // an error came out: what follows would not be the stream

  State(BlockQueue& blocks, Compression kind, ByteSink target)
      : queue(blocks), compression(kind), sink(std::move(target)) {}

  // Hands a finished block to the sink.
  void deliver() {
    broken = true;
    sink(queue.front(lane));
    queue.pop(lane);
    broken = false;
  }

  void submit() {
    if (broken) throw failure_error("compression: written to after an error");
    while (!queue.may_submit(lane)) deliver();
    queue.submit(lane, compression, current);
    any = true;
    while (queue.is_front_done(lane)) deliver();
  }

  void write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      if (current.empty()) current.reserve(BlockQueue::block_size);
      const std::size_t taken = std::min(bytes.size(), BlockQueue::block_size - current.size());
      current.insert(current.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(taken));
      bytes = bytes.subspan(taken);
      if (current.size() == BlockQueue::block_size) submit();
    }
  }

  void finish() {
    if (!current.empty() || !any) submit();
    while (!lane.empty()) deliver();
  }
};

CompressStream::CompressStream(CompressionPool& pool, Compression compression, ByteSink sink)
    : state_(std::make_unique<State>(pool.state(), compression, std::move(sink))) {}

CompressStream::~CompressStream() { state_->queue.abandon(state_->lane); }

void CompressStream::write(std::span<const std::byte> bytes) {
  if (state_->compression == Compression::none) {
    state_->sink(bytes);
  } else {
    state_->write(bytes);
  }
}

void CompressStream::finish() {
  if (state_->compression != Compression::none) state_->finish();
}

}  // namespace compose
