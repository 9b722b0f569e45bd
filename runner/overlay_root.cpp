#include "runner/overlay_root.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/fixed_text.hpp"
#include "runner/mount_calls.hpp"

namespace compose {

namespace {

using OverlayOptions = FixedText<4096>;  // mount(2) takes one page

// Over "/" is the one place that is sure to exist; paths that begin at the process's root are
// not affected, and pivot_root takes it all away again.
int mount_scratch(const PreparedRun& run, const ChildReporter& reporter) {
  const int scratch = new_mount(
      "tmpfs",
      {{"size", run.scratch_size.c_str()}, {"nr_inodes", run.scratch_inodes.c_str()}, {"mode", "0755"}},
      MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  reporter.require(scratch >= 0, SetupStep::scratch);
  const int top = ::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  reporter.require(top >= 0 && attach_mount(scratch, top), SetupStep::scratch);
  ::close(top);
  for (const char* folder : {"upper", "work", "root"}) {
    reporter.require(::mkdirat(scratch, folder, 0755) == 0, SetupStep::scratch);
  }
  return scratch;
}

// Layers are named by descriptor: any path will do, however long and whatever is in it, and
// the option string stays below its limit of a page.
void add_layers(OverlayOptions& options, const PreparedRun& run, const ChildReporter& reporter) {
  options.add("lowerdir=");
  for (std::size_t i = 0; i < run.layers.size(); ++i) {
    const int layer = ::open(run.layers[i].c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    reporter.require(layer >= 0, SetupStep::open_layer, static_cast<std::uint32_t>(i));
    options.add(i == 0 ? "" : ":").add("/proc/self/fd/").add(static_cast<unsigned>(layer));
  }
}

}  // namespace

RootMounts mount_overlay_root(const PreparedRun& run, const ChildReporter& reporter) {
  OverlayOptions options;
  add_layers(options, run, reporter);
  RootMounts mounts;
  mounts.scratch = mount_scratch(run, reporter);
  const auto scratch = static_cast<unsigned>(mounts.scratch);
  options.add(",upperdir=/proc/self/fd/").add(scratch).add("/upper");
  options.add(",workdir=/proc/self/fd/").add(scratch).add("/work");
  options.add(",userxattr");
  FixedText<64> target;
  target.add("/proc/self/fd/").add(scratch).add("/root");
  errno = ENAMETOOLONG;
  reporter.require(options.complete(), SetupStep::overlay);
  reporter.require(::mount("overlay", target.c_str(), "overlay", MS_NODEV | MS_NOSUID, options.c_str()) == 0,
                   SetupStep::overlay);
  mounts.root = ::openat(mounts.scratch, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
  reporter.require(mounts.root >= 0, SetupStep::overlay);
  return mounts;
}

}  // namespace compose
