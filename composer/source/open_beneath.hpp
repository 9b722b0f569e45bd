// Opening what lies inside a folder without following a single symbolic link.
#pragma once

#include <string>

#include "signer/unique_fd.hpp"

namespace compose {

// Opens `path`, relative to the open folder `root`, and never leaves it: openat2 with
// RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS, or component by component where the kernel or an
// outer seccomp filter does not have that call. An empty UniqueFd means failure; see errno.
[[nodiscard]] UniqueFd open_beneath(int root, const std::string& path, int flags);

}  // namespace compose
