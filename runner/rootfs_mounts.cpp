#include "runner/rootfs_mounts.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>

#include "runner/fixed_text.hpp"
#include "runner/kernel_calls.hpp"
#include "runner/mount_calls.hpp"
#include "runner/path_in_root.hpp"

namespace compose {

namespace {

constexpr unsigned no_privilege = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;

using FolderName = FixedText<16>;

FolderName folder_name(std::size_t index) {
  FolderName name;
  name.add("m").add(static_cast<unsigned>(index));
  return name;
}

// An empty folder of the scratch file system as a mount of its own.
int scratch_folder(const char* name, mode_t mode, const PreparedRun& run, int scratch, unsigned attributes) {
  if (::mkdirat(scratch, name, 0700) != 0) return -1;
  if (run.ids.written_by_parent && ::fchownat(scratch, name, run.uid, run.gid, 0) != 0) return -1;
  if (::fchmodat(scratch, name, mode, 0) != 0) return -1;
  return copy_mount(scratch, name, attributes);
}

// What will stand at a target: the program's own folder, with the mode that the image gives it.
int new_folder_mount(const PreparedRun& run, std::size_t index, int target, int scratch) {
  struct stat status {};
  if (::fstat(target, &status) != 0) return -1;
  const bool read_only = run.mounts[index].kind == RunMount::Kind::empty_read_only;
  const FolderName name = folder_name(index);
  return scratch_folder(name.c_str(), status.st_mode & 07777, run, scratch,
                        no_privilege | (read_only ? MOUNT_ATTR_RDONLY : 0u));
}

bool is_folder(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode);
}

void attach_one(const PreparedRun& run, std::size_t index, const RootMounts& mounts,
                const ChildReporter& reporter) {
  const PreparedMount& mount = run.mounts[index];
  const auto number = static_cast<std::uint32_t>(index);
  const bool bind = mount.kind == RunMount::Kind::bind;
  const bool folder = !bind || is_folder(mount.tree);
  const int target = folder ? make_folder_in_root(mounts.root, mount.target.c_str())
                            : make_file_in_root(mounts.root, mount.target.c_str());
  reporter.require(target >= 0, SetupStep::mount_target, number);
  const int tree = bind ? mount.tree : new_folder_mount(run, index, target, mounts.scratch);
  reporter.require(tree >= 0 && attach_mount(tree, target), SetupStep::attach_mount, number);
  ::close(tree);
  ::close(target);
}

bool mount_id(const char* path, std::uint64_t& id) {
  struct statx status {};
  if (::statx(AT_FDCWD, path, AT_NO_AUTOMOUNT, STATX_MNT_ID, &status) != 0) return false;
  errno = ENOSYS;
  id = status.stx_mnt_id;
  return (status.stx_mask & STATX_MNT_ID) != 0;
}

// A mount left over the root would not be seen at "/", but be entered through "/..": the one
// mistake here that would give the program the host. So it is looked for.
bool nothing_over_root() {
  std::uint64_t root = 0;
  std::uint64_t above = 0;
  if (!mount_id("/", root) || !mount_id("/..", above)) return false;
  errno = EXDEV;
  return root == above;
}

// The kernel says "(unreachable)" for a folder outside of the root; a working directory that
// escaped would be a way out for the program.
bool inside_root() {
  char path[PATH_MAX];
  if (::syscall(SYS_getcwd, path, sizeof(path)) < 0) return false;
  errno = EXDEV;
  return path[0] == '/';
}

}  // namespace

void take_bind_sources(PreparedRun& run, const ChildReporter& reporter) {
  for (std::size_t i = 0; i < run.mounts.size(); ++i) {
    PreparedMount& mount = run.mounts[i];
    if (mount.kind != RunMount::Kind::bind) continue;
    mount.tree =
        copy_mount(AT_FDCWD, mount.source.c_str(), no_privilege | (mount.read_only ? MOUNT_ATTR_RDONLY : 0u));
    reporter.require(mount.tree >= 0, SetupStep::bind_source, static_cast<std::uint32_t>(i));
  }
}

void attach_plan_mounts(const PreparedRun& run, const RootMounts& mounts, const ChildReporter& reporter) {
  for (std::size_t i = 0; i < run.mounts.size(); ++i) attach_one(run, i, mounts, reporter);
}

void mount_proc(const RootMounts& mounts, const ChildReporter& reporter) {
  const int made = make_folder_in_root(mounts.root, "proc");
  reporter.require(made >= 0, SetupStep::proc);
  ::close(made);
  // A link at /proc is refused: the kernel's files must not stand anywhere else.
  const int target = open_in_root(mounts.root, "proc", O_PATH | O_DIRECTORY | O_CLOEXEC, RESOLVE_NO_SYMLINKS);
  reporter.require(target >= 0, SetupStep::proc);
  const int proc =
      new_mount("proc", {{"subset", "pid"}, {"hidepid", "ptraceable"}}, no_privilege | MOUNT_ATTR_NOEXEC);
  reporter.require(proc >= 0 && attach_mount(proc, target), SetupStep::proc);
  ::close(proc);
  ::close(target);
}

void enter_root(const PreparedRun& run, const RootMounts& mounts, const ChildReporter& reporter) {
  const int workdir = make_folder_in_root(mounts.root, run.workdir.c_str());
  reporter.require(workdir >= 0, SetupStep::workdir);
  reporter.require(::fchdir(mounts.root) == 0, SetupStep::pivot);
  reporter.require(pivot_root(".", ".") == 0, SetupStep::pivot);
  // Over the new root lies the old one, and over that the scratch file system: topmost first.
  reporter.require(::umount2(".", MNT_DETACH) == 0, SetupStep::pivot);
  reporter.require(::umount2(".", MNT_DETACH) == 0, SetupStep::pivot);
  reporter.require(nothing_over_root(), SetupStep::pivot);
  reporter.require(::fchdir(workdir) == 0 && inside_root(), SetupStep::workdir);
}

}  // namespace compose
