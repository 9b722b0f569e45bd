// The system calls that a program in the sandbox may not make; the rules and their reasons
// stand in seccomp_rules.cpp, which runs while the program is built.
#pragma once

namespace compose {

// Installs the filter for the calling thread and what it starts; no_new_privs must be set.
// Async-signal-safe. False with errno set on failure.
[[nodiscard]] bool install_seccomp_filter();

}  // namespace compose
