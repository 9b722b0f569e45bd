// PID 1 of the sandbox: starts the program, reaps what it leaves, passes signals on, and ends
// with it; then the kernel ends everything else in the PID namespace. It ends as well when the
// caller is gone: by the parent-death signal, and by the end of the control socket.
//
// It cannot be reached from inside: not dumpable, no descriptor but the control socket, and
// the kernel drops signals to PID 1 that it does not handle. It handles SIGCHLD only.
#pragma once

#include "runner/child_report.hpp"
#include "runner/prepared_run.hpp"

namespace compose {

[[noreturn]] void run_init(const PreparedRun& run, const ChildReporter& reporter);

}  // namespace compose
