// Ctrl-C and its kin: the program ends at once and leaves nothing behind.
#pragma once

#include <csignal>
#include <thread>

namespace compose {

// While it lives, SIGINT, SIGTERM, SIGHUP and SIGQUIT remove the temporary folders and end the
// program by that signal. Make it before any other thread. A program that runs in the
// foreground of a sandbox gets the signals itself: end the watch before.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;
  InterruptWatch& operator=(const InterruptWatch&) = delete;

 private:
  sigset_t before_{};
  std::thread thread_;
};

}  // namespace compose
