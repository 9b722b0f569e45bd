#include "runner/child_report.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace compose {

std::string_view name_of(SetupStep step) {
  switch (step) {
    case SetupStep::clone:
      return "make namespaces";
    case SetupStep::id_maps:
      return "map ids";
    case SetupStep::tie_to_caller:
      return "tie to the caller's life";
    case SetupStep::private_mounts:
      return "make mounts private";
    case SetupStep::bind_source:
      return "open mount source";
    case SetupStep::device_source:
      return "take device";
    case SetupStep::scratch:
      return "mount scratch tmpfs";
    case SetupStep::open_layer:
      return "open layer";
    case SetupStep::overlay:
      return "mount overlay";
    case SetupStep::mount_target:
      return "make mount target";
    case SetupStep::attach_mount:
      return "mount";
    case SetupStep::proc:
      return "mount /proc";
    case SetupStep::dev:
      return "set up /dev";
    case SetupStep::devpts:
      return "mount /dev/pts";
    case SetupStep::workdir:
      return "enter working directory";
    case SetupStep::pivot:
      return "enter the root";
    case SetupStep::hostname:
      return "set host name";
    case SetupStep::loopback:
      return "bring up loopback";
    case SetupStep::init:
      return "prepare init";
    case SetupStep::start_payload:
      return "start process";
    case SetupStep::stdio:
      return "connect standard streams";
    case SetupStep::limits:
      return "set limits";
    case SetupStep::capabilities:
      return "drop capabilities";
    case SetupStep::ids:
      return "switch to the user";
    case SetupStep::no_new_privileges:
      return "set no_new_privs";
    case SetupStep::seccomp:
      return "install seccomp filter";
  }
  return "set up";
}

void ChildReporter::send(const ChildReport& report) const {
  while (::send(control_, &report, sizeof(report), MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

void ChildReporter::fail(SetupStep step, std::uint32_t index) const {
  send({ChildReport::Kind::setup_failed, step, index, errno});
  ::_exit(1);
}

std::optional<ChildReport> next_report(int control, bool& closed) {
  ChildReport report;
  ssize_t got = 0;
  do {
    got = ::recv(control, &report, sizeof(report), MSG_DONTWAIT);
  } while (got < 0 && errno == EINTR);
  if (got == static_cast<ssize_t>(sizeof(report))) return report;
  // A packet of another size, or an error other than "nothing there", is the end as well.
  closed = !(got < 0 && errno == EAGAIN);
  return std::nullopt;
}

void send_command(int control, unsigned char command) {
  while (::send(control, &command, sizeof(command), MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

}  // namespace compose
