// The sandbox's /dev. See rootfs_mounts.hpp.
#pragma once

#include <array>

#include "runner/child_report.hpp"
#include "runner/overlay_root.hpp"

namespace compose {

struct DeviceSource {
  const char* name;
  unsigned major;
  unsigned minor;
};

inline constexpr std::array<DeviceSource, 6> device_sources{{
    {"null", 1, 3},
    {"zero", 1, 5},
    {"full", 1, 7},
    {"random", 1, 8},
    {"urandom", 1, 9},
    {"tty", 5, 0},
}};

using DeviceTrees = std::array<int, device_sources.size()>;

// Detached copies of the host's devices; each must be the device that its name promises.
[[nodiscard]] DeviceTrees take_devices(const ChildReporter& reporter);

void mount_dev(const DeviceTrees& devices, const RootMounts& mounts, const ChildReporter& reporter);

}  // namespace compose
