// Giving up every privilege for good. All are for the calling thread alone (plain system
// calls, not libc's wrappers that signal all threads), async-signal-safe, false with errno set
// on failure.
#pragma once

#include "runner/prepared_run.hpp"

namespace compose {

// Bounding and ambient set: what an exec could bring back.
[[nodiscard]] bool drop_future_capabilities();
// Root's sandbox only: the payload's own user, group and supplementary groups.
[[nodiscard]] bool switch_ids(const PreparedRun& run);
// Effective, permitted and inheritable set.
[[nodiscard]] bool drop_present_capabilities();
[[nodiscard]] bool forbid_new_privileges();

}  // namespace compose
