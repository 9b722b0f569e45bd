#include "composer/check/ordered_work.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace compose {

namespace {

class OrderedWork {
 public:
  OrderedWork(std::size_t count, std::size_t ahead, const std::function<void(std::size_t)>& work)
      : work_(work), ahead_(ahead), done_(count, false), errors_(count) {}

  void run_worker() {
    while (const auto index = take()) {
      std::exception_ptr error;
      try {
        work_(*index);
      } catch (...) {
        error = std::current_exception();
      }
      const std::scoped_lock lock(lock_);
      done_[*index] = true;
      errors_[*index] = error;
      changed_.notify_all();
    }
  }

  void wait_for(std::size_t index) {
    std::unique_lock lock(lock_);
    changed_.wait(lock, [&] { return done_[index]; });
    if (errors_[index]) std::rethrow_exception(errors_[index]);
  }

  void delivered() {
    const std::scoped_lock lock(lock_);
    ++delivered_;
    changed_.notify_all();
  }

  void stop() {
    const std::scoped_lock lock(lock_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  std::optional<std::size_t> take() {
    std::unique_lock lock(lock_);
    changed_.wait(lock, [&] { return stopped_ || next_ == done_.size() || next_ < delivered_ + ahead_; });
    if (stopped_ || next_ == done_.size()) return std::nullopt;
    return next_++;
  }

  const std::function<void(std::size_t)>& work_;
  const std::size_t ahead_;
  std::mutex lock_;
  std::condition_variable changed_;
  std::vector<bool> done_;
  std::vector<std::exception_ptr> errors_;
  std::size_t next_ = 0;
  std::size_t delivered_ = 0;
  bool stopped_ = false;
};

// The threads end with the scope, whatever ends it.
class Workers {
 public:
  Workers(OrderedWork& work, std::size_t count) : work_(work) {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([&work] { work.run_worker(); });
  }
  ~Workers() { work_.stop(); }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

 private:
  OrderedWork& work_;
  std::vector<std::jthread> threads_;  // joined after stop
};

}  // namespace

void work_in_order(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& work,
                   const std::function<void(std::size_t)>& deliver) {
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t workers = std::min<std::size_t>(threads, count);
  OrderedWork ordered(count, 2 * workers, work);
  const Workers running(ordered, workers);
  for (std::size_t i = 0; i < count; ++i) {
    ordered.wait_for(i);
    deliver(i);
    ordered.delivered();
  }
}

}  // namespace compose
