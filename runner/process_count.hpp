// Counting what runs in the sandbox, for the one case that the kernel's own limit leaves out
// (limits.hpp).
#pragma once

namespace compose {

// Are there more than `most` threads in the PID namespace whose /proc is open as `proc`?
// Async-signal-safe; false when that cannot be told.
[[nodiscard]] bool more_threads_than(int proc, unsigned most);

}  // namespace compose
