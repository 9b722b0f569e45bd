// A sandbox that cannot be set up, as the parent's side throws it. It never leaves the runner:
// run_in_sandbox makes a RunResult of it.
#pragma once

#include <cerrno>
#include <string>

namespace compose {

struct SetupFault {
  std::string step;    // what was being done, printable
  int error = EINVAL;  // errno
  std::string advice;  // may be empty
};

}  // namespace compose
