// Blocks of several streams, compressed side by side in bounded memory.
//
// Each stream has a lane: its blocks in flight, in order. What is in flight over all lanes is
// bounded, but a lane without a block in flight may always submit one, so that every stream
// makes progress whatever the others do.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "recipes/recipe.hpp"

namespace compose {

class BlockQueue {
 public:
  static constexpr std::size_t block_size = 2u << 20;
  // More threads would only wait for the reading and hashing of the streams, and their buffers
  // would cost memory.
  static constexpr unsigned most_threads = 16;
  static constexpr unsigned most_extra_blocks = 8;  // beside one for each thread

 private:
  struct Block;

 public:
  class Lane {
   public:
    Lane();
    ~Lane();
    [[nodiscard]] bool empty() const { return blocks_.empty(); }

   private:
    friend class BlockQueue;
    std::deque<std::unique_ptr<Block>> blocks_;
    std::condition_variable finished_;
  };

  explicit BlockQueue(unsigned threads);  // 0: as many as the machine has cores
  ~BlockQueue();                          // all lanes must be gone
  BlockQueue(const BlockQueue&) = delete;
  BlockQueue& operator=(const BlockQueue&) = delete;

  // A lane belongs to one thread at a time. If it may not submit, it is not empty: waiting for
  // its front makes room.
  [[nodiscard]] bool may_submit(const Lane& lane);
  // Takes the bytes and leaves an empty buffer.
  void submit(Lane& lane, Compression compression, std::vector<std::byte>& bytes);

  [[nodiscard]] bool is_front_done(const Lane& lane);  // false for an empty lane
  // Waits for the front block and shows its compressed bytes, or rethrows its error.
  [[nodiscard]] std::span<const std::byte> front(Lane& lane);
  void pop(Lane& lane);  // the front block, which is done

  // Drops all blocks of the lane; waits only for those that a thread is working on.
  void abandon(Lane& lane) noexcept;

 private:
  class Encoders;
  using Buffer = std::vector<std::byte>;

  void work();

  std::mutex mutex_;
  std::condition_variable waiting_;  // blocks, or the end
  std::deque<Block*> queue_;
  std::vector<Buffer> spare_inputs_;
  std::vector<Buffer> spare_outputs_;
  std::size_t in_flight_ = 0;
  std::size_t most_in_flight_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace compose
