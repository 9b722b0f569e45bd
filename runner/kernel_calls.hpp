// The kernel calls that the C library of Debian 12 has no wrapper for. All are plain system
// calls: fit for the child after a clone. They return -1 and set errno as wrappers do.
#pragma once

#include <linux/openat2.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>

namespace compose {

inline pid_t clone3(clone_args& arguments) {
  return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

inline int openat2(int folder, const char* path, const open_how& how) {
  return static_cast<int>(::syscall(SYS_openat2, folder, path, &how, sizeof(how)));
}

inline int pivot_root(const char* new_root, const char* put_old) {
  return static_cast<int>(::syscall(SYS_pivot_root, new_root, put_old));
}

// SIGKILL by process descriptor: never hits another process that got the same number.
inline int kill_by_descriptor(int process) {
  return static_cast<int>(::syscall(SYS_pidfd_send_signal, process, SIGKILL, nullptr, 0u));
}

inline int close_from(unsigned first) { return static_cast<int>(::syscall(SYS_close_range, first, ~0u, 0u)); }

}  // namespace compose
