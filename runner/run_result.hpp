// How a run ended. A sandbox that could not be set up is never mistaken for a program that failed.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace compose {

struct RunResult {
  enum class Status {
    exited,          // code = exit status
    signaled,        // code = signal number
    timed_out,       // ended at the deadline
    not_executable,  // 126: code = errno
    not_found,       // 127: code = errno
    setup_failed,    // 125: step and code = errno
  };
  Status status = Status::setup_failed;
  int code = 0;
  std::string step;    // of the set-up that failed, for people: "mount overlay"; else the program
  std::string advice;  // which kernel knob, when that is the reason
  std::string out;     // captured, bounded
  std::string err;
  std::uint64_t out_dropped = 0;  // bytes left out of the middle
  std::uint64_t err_dropped = 0;
  std::chrono::milliseconds took{0};
  std::chrono::milliseconds allowed{0};  // the plan's timeout; 0: none

  // The exit status that `compose run` gives: n, 126, 127, 128+signal, 124, 125.
  [[nodiscard]] int exit_code() const;
  // "exited with 3", "killed by SIGTERM", "no answer within 5 s", "sandbox: mount overlay: …"
  [[nodiscard]] std::string describe() const;
};

}  // namespace compose
