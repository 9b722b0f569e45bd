#include "signer/watchdog.hpp"

#include <utility>

namespace compose {

Watchdog::Watchdog(std::chrono::milliseconds limit, std::function<void()> alarm)
    : alarm_(std::move(alarm)), thread_([this, limit] { watch(limit); }) {}

Watchdog::~Watchdog() {
  {
    const std::scoped_lock lock(lock_);
    stop_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

bool Watchdog::rang() const {
  const std::scoped_lock lock(lock_);
  return rang_;
}

void Watchdog::watch(std::chrono::milliseconds limit) {
  std::unique_lock lock(lock_);
  if (stopped_.wait_for(lock, limit, [this] { return stop_; })) return;
  rang_ = true;
  lock.unlock();
  alarm_();
}

}  // namespace compose
