#include "runner/sandbox_child.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "runner/child_report.hpp"
#include "runner/device_folder.hpp"
#include "runner/init.hpp"
#include "runner/rootfs_mounts.hpp"

namespace compose {

namespace {

// Dies with the thread that made it. The control socket covers a caller that died before this
// line: its other end is then closed, which init sees.
bool tie_to_caller(const PreparedRun& run) {
  ::close(run.parents_control);
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0;
}

bool wait_for_parents_map(int control) {
  unsigned char written = 1;
  ssize_t got = 0;
  do {
    got = ::recv(control, &written, sizeof(written), 0);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) ::_exit(1);
  return written == 0;
}

bool map_ids(const PreparedRun& run) {
  return run.ids.written_by_parent ? wait_for_parents_map(run.control) : write_id_map(run.ids, "/proc/self");
}

bool bring_up_loopback() {
  const int any = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (any < 0) return errno == EAFNOSUPPORT;  // a kernel without IPv4 has no loopback to bring up
  ifreq request{};
  std::memcpy(request.ifr_name, "lo", 3);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool up = ::ioctl(any, SIOCSIFFLAGS, &request) == 0;
  const int error = errno;
  ::close(any);
  errno = error;
  return up;
}

// Servers with port 80 need no capability in a network that is theirs alone. A help, no
// restriction: where an outer container keeps /proc/sys read-only, low ports stay closed. The
// file is that of the new network namespace, whichever /proc it is opened through.
void open_low_ports() {
  const int first_port = ::open("/proc/sys/net/ipv4/ip_unprivileged_port_start", O_WRONLY | O_CLOEXEC);
  if (first_port < 0) return;
  [[maybe_unused]] const ssize_t written = ::write(first_port, "0", 1);
  ::close(first_port);
}

}  // namespace

void sandbox_child(PreparedRun& run) {
  const ChildReporter reporter(run.control);
  reporter.require(tie_to_caller(run), SetupStep::tie_to_caller);
  reporter.require(map_ids(run), SetupStep::id_maps);
  ::umask(022);
  reporter.require(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0,
                   SetupStep::private_mounts);
  take_bind_sources(run, reporter);
  const DeviceTrees devices = take_devices(reporter);
  open_low_ports();
  // The plan's mounts come before /proc and /dev: no link in the image can lead them there.
  const RootMounts mounts = mount_overlay_root(run, reporter);
  attach_plan_mounts(run, mounts, reporter);
  mount_proc(mounts, reporter);
  mount_dev(devices, mounts, reporter);
  enter_root(run, mounts, reporter);
  reporter.require(::sethostname(run.hostname.c_str(), run.hostname.size()) == 0, SetupStep::hostname);
  reporter.require(bring_up_loopback(), SetupStep::loopback);
  run_init(run, reporter);
}

}  // namespace compose
