// Becoming the program: the last steps of the set-up, in a process of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "runner/child_report.hpp"
#include "runner/prepared_run.hpp"

namespace compose {

// Starts the program in its own session: no terminal, empty signal mask, default handlers,
// standard streams of the plan and no other descriptor, no privilege, seccomp filter. The
// process id, when `failure` stays empty (its value is 0).
//
// Called by init only; async-signal-safe.
[[nodiscard]] pid_t start_payload(const PreparedRun& run, ChildReport& failure);

}  // namespace compose
