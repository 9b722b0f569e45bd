// The root of a run: the layers below, a tmpfs on top that vanishes with the sandbox. Part of
// the child's set-up: async-signal-safe, failures go to the reporter.
//
// A tmpfs knows user.* attributes since Linux 6.6. On older kernels a program that removes a
// folder of the image and makes it again gets EIO for the second; all else works.
#pragma once

#include "runner/child_report.hpp"
#include "runner/prepared_run.hpp"

namespace compose {

// One tmpfs holds all that the run writes (the overlay's upper folder, /dev, tmpfs mounts), so
// that one size bounds them together.
struct RootMounts {
  int scratch = -1;  // its root
  int root = -1;     // the overlay's root
};

[[nodiscard]] RootMounts mount_overlay_root(const PreparedRun& run, const ChildReporter& reporter);

}  // namespace compose
