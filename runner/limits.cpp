#include "runner/limits.hpp"

#include <algorithm>
#include <limits>

#include "runner/prepared_run.hpp"

namespace compose {

rlimit lowered_limit(int resource, std::uint64_t wanted) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) limit.rlim_max = RLIM_INFINITY;
  limit.rlim_max = std::min<rlim_t>(limit.rlim_max, wanted);
  limit.rlim_cur = limit.rlim_max;
  return limit;
}

std::uint64_t scratch_inodes_for(const RunLimits& limits) {
  constexpr std::uint64_t page = 4096;
  return std::max<std::uint64_t>(limits.tmpfs_bytes / page, 1024);
}

std::uint64_t process_limit(const RunLimits& limits, const IdMap& ids) {
  return ids.written_by_parent ? limits.processes : limits.processes + 1;
}

unsigned watched_processes(const RunLimits& limits, const IdMap& ids, uid_t uid) {
  if (!ids.written_by_parent || uid != 0) return 0;
  return static_cast<unsigned>(
      std::min<std::uint64_t>(limits.processes + 1, std::numeric_limits<unsigned>::max()));
}

bool set_limits(const PreparedRun& run) {
  const rlimit no_core{0, 0};
  return ::setrlimit(RLIMIT_CORE, &no_core) == 0 && ::setrlimit(RLIMIT_NOFILE, &run.open_files) == 0 &&
         ::setrlimit(RLIMIT_NPROC, &run.processes) == 0;
}

}  // namespace compose
