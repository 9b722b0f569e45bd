// Everything that is mounted in the new root besides the layers, and the way into it. Part of
// the child's set-up: async-signal-safe, failures go to the reporter.
//
// /proc is fresh, with processes only (no /proc/sys, kcore, sysrq-trigger), and shows only what
// its reader may trace. /dev is a fresh folder with six devices of the host, bound read-only:
// that stops chmod and chown of the host's own device files by a root without capabilities,
// not reading and writing. There is no /sys.
#pragma once

#include "runner/child_report.hpp"
#include "runner/overlay_root.hpp"
#include "runner/prepared_run.hpp"

namespace compose {

// Sources of bind mounts are copied before anything else is mounted; see PreparedMount::tree.
void take_bind_sources(PreparedRun& run, const ChildReporter& reporter);

void attach_plan_mounts(const PreparedRun& run, const RootMounts& mounts, const ChildReporter& reporter);
void mount_proc(const RootMounts& mounts, const ChildReporter& reporter);

// Makes the mount the root of the process and the working directory its own; the old root is gone.
void enter_root(const PreparedRun& run, const RootMounts& mounts, const ChildReporter& reporter);

}  // namespace compose
