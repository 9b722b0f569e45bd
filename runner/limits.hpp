// What one run may use: resource limits of the program, and the size of what it writes.
//
// RLIMIT_NPROC counts the processes of one user in one user namespace (Linux 5.14 and later),
// so it counts this sandbox only, whatever else the caller runs. The kernel never holds its own
// root (id 0 of the first namespace) to it: a run as root's user 0 is watched by init instead,
// which ends the run when there are more. Limits are only ever lowered.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>

#include "runner/id_map.hpp"
#include "runner/sandbox.hpp"

namespace compose {

struct PreparedRun;

// `wanted`, but not above the caller's hard limit.
[[nodiscard]] rlimit lowered_limit(int resource, std::uint64_t wanted);

// Empty files cost memory too: one inode for each page of the size.
[[nodiscard]] std::uint64_t scratch_inodes_for(const RunLimits& limits);

// What RLIMIT_NPROC must be: init counts as well where it has the program's own id.
[[nodiscard]] std::uint64_t process_limit(const RunLimits& limits, const IdMap& ids);

// The count that init must watch; 0 when RLIMIT_NPROC does it.
[[nodiscard]] unsigned watched_processes(const RunLimits& limits, const IdMap& ids, uid_t uid);

// Sets the limits of the calling process. Async-signal-safe. False with errno set on failure.
[[nodiscard]] bool set_limits(const PreparedRun& run);

}  // namespace compose
