#include "composer/layer/block_queue.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "composer/layer/gzip_member.hpp"
#include "composer/layer/zstd_frame.hpp"
#include "signer/error.hpp"

namespace compose {

struct BlockQueue::Block {
  enum class Stage { queued, running, done };
  Stage stage = Stage::queued;
  Compression compression = Compression::zstd;
  Buffer input;
  Buffer output;  // its size is room, not content
  std::size_t length = 0;
  std::exception_ptr error;
  std::condition_variable* finished = nullptr;
};

// The encoders of one thread, made when they are first needed.
class BlockQueue::Encoders {
 public:
  void encode(Block& block) {
    if (block.compression == Compression::gzip) {
      if (!gzip_) gzip_.emplace();
      make_room(block.output, gzip_->bound(block_size));
      block.length = gzip_->encode(block.input, block.output);
    } else {
      if (!zstd_) zstd_.emplace();
      make_room(block.output, ZstdEncoder::bound(block_size));
      block.length = zstd_->encode(block.input, block.output);
    }
  }

 private:
  static void make_room(Buffer& buffer, std::size_t room) {
    if (buffer.size() < room) buffer.resize(room);
  }

  std::optional<ZstdEncoder> zstd_;
  std::optional<GzipEncoder> gzip_;
};

BlockQueue::Lane::Lane() = default;
BlockQueue::Lane::~Lane() = default;

namespace {

unsigned thread_count(unsigned wanted) {
  if (wanted == 0) wanted = std::max(1u, std::thread::hardware_concurrency());
  return std::min(wanted, BlockQueue::most_threads);
}

template <typename T>
T take_spare(std::vector<T>& spare) {
  if (spare.empty()) return {};
  T taken = std::move(spare.back());
  spare.pop_back();
  return taken;
}

// Never allocates: what finds no place is freed.
template <typename T>
void keep_spare(std::vector<T>& spare, T&& buffer) noexcept {
  if (spare.size() < spare.capacity()) spare.push_back(std::move(buffer));
}

}  // namespace

BlockQueue::BlockQueue(unsigned threads) {
  const unsigned count = thread_count(threads);
  most_in_flight_ = count + std::min(count, most_extra_blocks);
  spare_inputs_.reserve(most_in_flight_);
  spare_outputs_.reserve(most_in_flight_);
  try {
    while (threads_.size() < count) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error& error) {
    // Fewer threads do the same work, but there must be one.
    if (threads_.empty()) throw failure_error("cannot start a thread: {}", error.what());
  }
}

BlockQueue::~BlockQueue() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void BlockQueue::work() {
  Encoders encoders;
  std::unique_lock lock(mutex_);
  while (true) {
    waiting_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Block& block = *queue_.front();
    queue_.pop_front();
    block.stage = Block::Stage::running;
    block.output = take_spare(spare_outputs_);
    lock.unlock();
    try {
      encoders.encode(block);
    } catch (...) {
      block.error = std::current_exception();
    }
    lock.lock();
    block.input.clear();
    keep_spare(spare_inputs_, std::move(block.input));
    block.stage = Block::Stage::done;
    block.finished->notify_all();
  }
}

bool BlockQueue::may_submit(const Lane& lane) {
  const std::scoped_lock lock(mutex_);
  return lane.blocks_.empty() || in_flight_ < most_in_flight_;
}

void BlockQueue::submit(Lane& lane, Compression compression, Buffer& bytes) {
  auto block = std::make_unique<Block>();
  block->compression = compression;
  block->finished = &lane.finished_;
  {
    const std::scoped_lock lock(mutex_);
    block->input = std::exchange(bytes, take_spare(spare_inputs_));
    lane.blocks_.push_back(std::move(block));
    ++in_flight_;
    queue_.push_back(lane.blocks_.back().get());
  }
  waiting_.notify_one();
}

bool BlockQueue::is_front_done(const Lane& lane) {
  const std::scoped_lock lock(mutex_);
  return !lane.blocks_.empty() && lane.blocks_.front()->stage == Block::Stage::done;
}

std::span<const std::byte> BlockQueue::front(Lane& lane) {
  std::unique_lock lock(mutex_);
  const Block& block = *lane.blocks_.front();
  lane.finished_.wait(lock, [&] { return block.stage == Block::Stage::done; });
  if (block.error) std::rethrow_exception(block.error);
  return std::span(block.output).first(block.length);
}

void BlockQueue::pop(Lane& lane) {
  const std::scoped_lock lock(mutex_);
  keep_spare(spare_outputs_, std::move(lane.blocks_.front()->output));
  lane.blocks_.pop_front();
  --in_flight_;
}

void BlockQueue::abandon(Lane& lane) noexcept {
  std::unique_lock lock(mutex_);
  for (const auto& block : lane.blocks_) {
    if (block->stage == Block::Stage::queued) {
      std::erase(queue_, block.get());
    } else {
      lane.finished_.wait(lock, [&] { return block->stage == Block::Stage::done; });
    }
  }
  in_flight_ -= lane.blocks_.size();
  lane.blocks_.clear();
}

}  // namespace compose
