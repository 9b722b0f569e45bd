// What a program inside sees, and what it must not be able to do (hostile input R02-R20).
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>

#include "prison.hpp"
#include "signer/unique_fd.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

struct Ids {
  uid_t uid;
  gid_t gid;
};

std::string status_field(const std::string& status, const std::string& name) {
  const std::size_t at = status.find(name + ":\t");
  REQUIRE(at != std::string::npos);
  const std::size_t begin = at + name.size() + 2;
  return status.substr(begin, status.find('\n', begin) - begin);
}

RunResult run_as(const Prison& prison, Ids ids, std::vector<std::string> arguments) {
  RunPlan plan = prison.plan(std::move(arguments));
  plan.uid = ids.uid;
  plan.gid = ids.gid;
  return run_in_sandbox(plan);
}

// Denied: the inmate says which errno.
void check_denied(const RunResult& result, const std::string& errors) {
  CAPTURE(result.describe(), result.advice, result.out, result.err);
  CHECK(result.exit_code() == 0);
  const std::string name = result.out.substr(0, result.out.find('\n'));
  CHECK((" " + errors + " ").find(" " + name + " ") != std::string::npos);
}

}  // namespace

TEST_CASE("sandbox: the program has the image's ids, whoever the caller is", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto ids = GENERATE(values<Ids>({{0, 0}, {10001, 10002}, {65534, 65534}, {4294967294u, 7}}));
  const std::string uid = std::to_string(ids.uid);
  const std::string gid = std::to_string(ids.gid);
  const RunResult result = run_as(prison, ids, {"ids"});
  CAPTURE(result.describe(), result.advice);
  CHECK(result.out == uid + " " + uid + " " + uid + " " + gid + " " + gid + " " + gid + "\n");
}

TEST_CASE("sandbox: ids that are no ids are refused", "[runner][isolation]") {
  const Prison prison;
  CHECK(run_as(prison, {static_cast<uid_t>(-1), 0}, {"ids"}).exit_code() == 125);
  CHECK(run_as(prison, {0, static_cast<gid_t>(-1)}, {"ids"}).exit_code() == 125);
}

TEST_CASE("sandbox: root's supplementary groups are the plan's", "[runner][isolation]") {
  NEEDS_SANDBOX
  if (::geteuid() != 0) {
    WARN("SKIPPED: needs root");
    return;
  }
  const Prison prison;
  RunPlan plan = prison.plan({"groups"});
  plan.uid = 10001;
  plan.groups = {20, 30};
  CHECK(run_in_sandbox(plan).out == "20\n30\n");
  plan.groups = {};
  CHECK(run_in_sandbox(plan).out.empty());
}

TEST_CASE("sandbox: no capability in any set, no_new_privs, a filter", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto ids = GENERATE(values<Ids>({{0, 0}, {10001, 10001}}));
  const std::string status = run_as(prison, ids, {"status"}).out;
  for (const char* set : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"}) {
    CHECK(status_field(status, set) == "0000000000000000");
  }
  CHECK(status_field(status, "NoNewPrivs") == "1");
  CHECK(status_field(status, "Seccomp") == "2");
}

TEST_CASE("sandbox: the program starts clean", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  ::setenv("RUNNER_TEST_SECRET", "x", 1);
  const UniqueFd leaked(::dup(0));  // not close-on-exec
  CHECK(prison.run({"env"}).out == "PATH=/bin\n");
  CHECK(prison.run({"fds"}).out == "0\n1\n2\n");
  CHECK(prison.run({"args", "", "a b", "\n"}).out == "[]\n[a b]\n[\n]\n");
  const std::string signals = prison.run({"signals"}).out;
  for (const char* set : {"SigPnd", "SigBlk", "SigIgn", "SigCgt"}) {
    CHECK(status_field(signals, set) == "0000000000000000");
  }
  // Not PID 1, leader of its own session and group, umask 022.
  CHECK(prison.run({"names"}).out == "compose 2 1 1 022\n");
}

TEST_CASE("sandbox: the host name is the plan's", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = prison.plan({"names"});
  plan.hostname = "shop-web";
  CHECK_THAT(run_in_sandbox(plan).out, Catch::StartsWith("shop-web "));
}

TEST_CASE("sandbox: init cannot be looked into or ended", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto ids = GENERATE(values<Ids>({{0, 0}, {10001, 10001}}));
  for (const char* file : {"exe", "environ", "maps", "mem", "root/etc", "cwd/etc", "fd/0", "status"}) {
    CAPTURE(file);
    check_denied(run_as(prison, ids, {"try-read", std::string("/proc/1/") + file}), "EACCES EPERM ENOENT");
  }
  check_denied(run_as(prison, ids, {"try-write", "/proc/1/oom_score_adj"}), "EPERM ENOENT");
  check_denied(run_as(prison, ids, {"try-write", "/proc/1/mem"}), "EACCES EPERM ENOENT");
  check_denied(run_as(prison, ids, {"try-readlink", "/proc/1/exe"}), "EACCES EPERM ENOENT");
  check_denied(run_as(prison, ids, {"try-write", "/proc/self/exe"}), "ETXTBSY EACCES");
  CHECK(run_as(prison, ids, {"signal-init"}).exit_code() == 0);
}

TEST_CASE("sandbox: the kernel's settings are not there", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto ids = GENERATE(values<Ids>({{0, 0}, {10001, 10001}}));
  for (const char* file : {"/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/kcore",
                           "/proc/kmsg", "/sys/fs/cgroup", "/sys/kernel", "/dev/mem", "/dev/kmsg"}) {
    CAPTURE(file);
    check_denied(run_as(prison, ids, {"try-write", file}), "ENOENT");
  }
  // Only what it may trace is to be seen: itself.
  CHECK(run_as(prison, ids, {"ls", "/proc"}).out == "2\nself\nthread-self\n");
}

TEST_CASE("sandbox: the host's device files cannot be changed", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  for (const char* device :
       {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"}) {
    CAPTURE(device);
    // EROFS matters: as root's user 0 the program owns them, and owners need no capability.
    check_denied(prison.run({"try-chmod", device}), "EROFS");
  }
  check_denied(prison.run({"try-device"}), "EPERM");
}

TEST_CASE("sandbox: namespaces and mounts are refused", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  for (const char* flag : {"0x10000000", "0x20000", "0x20000000", "0x40000000", "0x8000000", "0x4000000",
                           "0x2000000", "0x10020000"}) {
    CAPTURE(flag);
    check_denied(prison.run({"try-unshare", flag}), "EPERM");
    check_denied(prison.run({"try-clone", flag}), "EPERM");
  }
  check_denied(prison.run({"try-unshare", "0x80"}), "EPERM");
  check_denied(prison.run({"try-mount"}), "EPERM");
}

TEST_CASE("sandbox: dangerous system calls are refused", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  struct Case {
    long number;
    const char* error;
  };
  const auto one = GENERATE(values<Case>({
      {SYS_keyctl, "ENOSYS"},
      {SYS_add_key, "ENOSYS"},
      {SYS_request_key, "ENOSYS"},
      {SYS_ptrace, "EPERM"},
      {SYS_process_vm_readv, "EPERM"},
      {SYS_process_vm_writev, "EPERM"},
      {SYS_pidfd_getfd, "EPERM"},
      {SYS_setns, "EPERM"},
      {SYS_clone3, "ENOSYS"},
      {SYS_umount2, "EPERM"},
      {SYS_pivot_root, "EPERM"},
      {SYS_chroot, "EPERM"},
      {SYS_fsopen, "EPERM"},
      {SYS_fsconfig, "EPERM"},
      {SYS_fsmount, "EPERM"},
      {SYS_fspick, "EPERM"},
      {SYS_open_tree, "EPERM"},
      {SYS_move_mount, "EPERM"},
      {SYS_mount_setattr, "EPERM"},
      {SYS_bpf, "EPERM"},
      {SYS_perf_event_open, "EPERM"},
      {SYS_kexec_load, "EPERM"},
      {SYS_io_uring_setup, "ENOSYS"},
      {SYS_io_uring_enter, "ENOSYS"},
      {SYS_io_uring_register, "ENOSYS"},
      {SYS_userfaultfd, "ENOSYS"},
      {SYS_swapon, "EPERM"},
      {SYS_reboot, "EPERM"},
      {SYS_init_module, "EPERM"},
      {SYS_finit_module, "EPERM"},
      {SYS_delete_module, "EPERM"},
      {SYS_open_by_handle_at, "EPERM"},
      {SYS_syslog, "EPERM"},
      {451, "ENOSYS"},
      {467, "ENOSYS"},
      {5000, "ENOSYS"},
      {0x40000000 + SYS_getpid, "ENOSYS"},
  }));
  CAPTURE(one.number);
  check_denied(prison.run({"try-call", std::to_string(one.number)}), one.error);
}

TEST_CASE("sandbox: a child cannot be traced", "[runner][isolation]") {
  NEEDS_SANDBOX
  check_denied(Prison().run({"try-trace"}), "EPERM");
}

TEST_CASE("sandbox: terminal input cannot be pushed, nor with high bits set", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  for (const char* request : {"0x5412", "0x541C"}) {  // TIOCSTI, TIOCLINUX
    check_denied(prison.run({"try-terminal", request}), "EPERM");
    check_denied(prison.run({"try-terminal", request, "high"}), "EPERM");
  }
  check_denied(prison.run({"try-read", "/dev/tty"}), "ENXIO");
}

#if defined(__x86_64__)
TEST_CASE("sandbox: calls of the 32-bit interface kill", "[runner][isolation]") {
  NEEDS_SANDBOX
  const RunResult result = Prison().run({"try-foreign"});
  // On a kernel without that interface the instruction itself is the fault.
  CHECK((result.exit_code() == 128 + SIGSYS || result.exit_code() == 128 + SIGSEGV));
}
#endif

TEST_CASE("sandbox: a set-uid program gains nothing", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  std::filesystem::copy_file(RUNNER_INMATE, prison.layer() / "bin/set-uid");
  std::filesystem::permissions(prison.layer() / "bin/set-uid", std::filesystem::perms(06755));
  const RunResult result = run_as(prison, {10001, 10001}, {"run-set-uid", "/bin/set-uid"});
  CHECK(result.out == "10001 10001 10001 10001 10001 10001\n");
  check_denied(run_as(prison, {10001, 10001}, {"try-ids"}), "EPERM EINVAL");
  check_denied(run_as(prison, {0, 0}, {"try-ids"}), "EPERM EINVAL");
}

TEST_CASE("sandbox: the host's own low ports stay closed", "[runner][isolation]") {
  NEEDS_SANDBOX
  const char* file = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
  const std::string before = read_text(file);
  const Prison prison;
  CHECK(prison.run({"loopback"}).exit_code() == 0);
  CHECK(read_text(file) == before);
  CHECK(before != "0\n");  // else the test says nothing
}

TEST_CASE("sandbox: the host's network is out of reach", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  REQUIRE(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::listen(server.get(), 1) == 0);
  REQUIRE(::getsockname(server.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  check_denied(prison.run({"try-tcp", "127.0.0.1", std::to_string(ntohs(address.sin_port))}), "ECONNREFUSED");
  check_denied(prison.run({"try-tcp", "192.0.2.1", "80"}), "ENETUNREACH");

  const std::string name = "compose-runner-test-" + std::to_string(::getpid());
  const UniqueFd abstract(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un path{};
  path.sun_family = AF_UNIX;
  std::memcpy(path.sun_path + 1, name.data(), name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  REQUIRE(::bind(abstract.get(), reinterpret_cast<sockaddr*>(&path), length) == 0);
  REQUIRE(::listen(abstract.get(), 1) == 0);
  check_denied(prison.run({"try-abstract", name}), "ECONNREFUSED");
}

TEST_CASE("sandbox: only common socket families are left", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const int family = GENERATE(AF_PACKET, AF_ALG, AF_VSOCK, AF_TIPC, AF_RDS, AF_CAN, AF_BLUETOOTH, AF_NFC,
                              AF_KEY, AF_X25, AF_XDP, 45);
  CAPTURE(family);
  check_denied(prison.run({"try-socket", std::to_string(family)}), "EAFNOSUPPORT");
}

TEST_CASE("sandbox: ordinary programs find what they need", "[runner][isolation]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto ids = GENERATE(values<Ids>({{0, 0}, {10001, 10001}}));
  const RunResult network = run_as(prison, ids, {"loopback"});
  CHECK(network.exit_code() == 0);
  const RunResult devices = run_as(prison, ids, {"devices"});
  CHECK(devices.exit_code() == 0);
  CHECK(devices.out == "again\n");
}
