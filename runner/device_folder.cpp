#include "runner/device_folder.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "runner/fixed_text.hpp"
#include "runner/mount_calls.hpp"
#include "runner/path_in_root.hpp"

namespace compose {

namespace {

constexpr unsigned device_attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;
constexpr unsigned folder_attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

struct Link {
  const char* name;
  const char* target;
};

constexpr Link links[] = {
    {"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"}, {"ptmx", "pts/ptmx"},
};

bool is_device(int descriptor, const DeviceSource& device) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return false;
  errno = ENODEV;
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(device.major, device.minor);
}

// The folder is filled before it is attached, out of the image's reach.
void fill(int folder, const ChildReporter& reporter) {
  for (const Link& link : links) {
    reporter.require(::symlinkat(link.target, folder, link.name) == 0, SetupStep::dev);
  }
  for (const DeviceSource& device : device_sources) {
    const int file = ::openat(folder, device.name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
    reporter.require(file >= 0, SetupStep::dev);
    ::close(file);
  }
  reporter.require(::mkdirat(folder, "pts", 0755) == 0 && ::mkdirat(folder, "shm", 0755) == 0 &&
                       ::fchmodat(folder, "shm", 01777, 0) == 0,
                   SetupStep::dev);
}

void attach_below(int mount, int folder, const char* name, SetupStep step, const ChildReporter& reporter) {
  const int target = ::openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  reporter.require(target >= 0 && attach_mount(mount, target), step);
  ::close(target);
  ::close(mount);
}

}  // namespace

DeviceTrees take_devices(const ChildReporter& reporter) {
  DeviceTrees trees{};
  for (std::size_t i = 0; i < device_sources.size(); ++i) {
    FixedText<32> path;
    path.add("/dev/").add(device_sources[i].name);
    trees[i] = copy_mount(AT_FDCWD, path.c_str(), device_attributes);
    reporter.require(trees[i] >= 0 && is_device(trees[i], device_sources[i]), SetupStep::device_source,
                     static_cast<std::uint32_t>(i));
  }
  return trees;
}

void mount_dev(const DeviceTrees& devices, const RootMounts& mounts, const ChildReporter& reporter) {
  reporter.require(::mkdirat(mounts.scratch, "dev", 0755) == 0, SetupStep::dev);
  const int dev = copy_mount(mounts.scratch, "dev", folder_attributes);
  reporter.require(dev >= 0, SetupStep::dev);
  fill(dev, reporter);
  const int made = make_folder_in_root(mounts.root, "dev");
  reporter.require(made >= 0, SetupStep::dev);
  ::close(made);
  const int target = open_in_root(mounts.root, "dev", O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  reporter.require(target >= 0 && attach_mount(dev, target), SetupStep::dev);
  ::close(target);
  for (std::size_t i = 0; i < devices.size(); ++i) {
    attach_below(devices[i], dev, device_sources[i].name, SetupStep::dev, reporter);
  }
  const int pts = new_mount("devpts", {{"newinstance"}, {"ptmxmode", "0666"}, {"mode", "0620"}},
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
  reporter.require(pts >= 0, SetupStep::devpts);
  attach_below(pts, dev, "pts", SetupStep::devpts, reporter);
  ::close(dev);
}

}  // namespace compose
