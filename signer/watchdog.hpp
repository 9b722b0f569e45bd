// Calls for help when something takes too long.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace compose {

// Runs `alarm` once, on a thread of its own, unless it is destroyed within `limit`. When the
// destructor has returned, the alarm is over or will never ring.
class Watchdog {
 public:
  Watchdog(std::chrono::milliseconds limit, std::function<void()> alarm);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  [[nodiscard]] bool rang() const;

 private:
  void watch(std::chrono::milliseconds limit);

  std::function<void()> alarm_;
  mutable std::mutex lock_;
  std::condition_variable stopped_;
  bool stop_ = false;
  bool rang_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace compose
