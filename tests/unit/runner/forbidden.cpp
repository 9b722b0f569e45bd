// Machines that forbid sandboxes, or parts of them: a clear answer, never less isolation
// (hostile input R19).
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <cstddef>
#include <functional>

#include "prison.hpp"

using namespace compose;

namespace {

// Runs in a process of its own; the text that it makes of the result.
std::string described_in_child(const std::function<bool()>& restrict_itself, const Prison& prison) {
  const auto answer = prison.folder() / "answer";
  const pid_t child = ::fork();
  if (child == 0) {
    if (!restrict_itself()) ::_exit(1);
    const RunResult result = prison.run({"exit", "0"});
    write_text(answer,
               std::to_string(result.exit_code()) + " " + result.describe() + " (" + result.advice + ")");
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(status == 0);
  return read_text(answer);
}

// As an outer container would: one system call answers with an error.
bool filter_call(unsigned call, unsigned error) {
  sock_filter table[] = {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
      {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, call},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error},
      {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
  };
  sock_fprog program{4, table};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

// Into a user namespace with one id, as `unshare -r` makes it.
bool enter_namespace_with_one_id() {
  const std::string users = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string groups = "0 " + std::to_string(::getegid()) + " 1";
  if (::unshare(CLONE_NEWUSER) != 0) return false;
  write_text("/proc/self/setgroups", "deny");
  write_text("/proc/self/uid_map", users);
  write_text("/proc/self/gid_map", groups);
  return ::geteuid() == 0;
}

}  // namespace

TEST_CASE("forbidden: calls that an outer container filters", "[runner][forbidden]") {
  NEEDS_SANDBOX
  const Prison prison;
  struct Case {
    unsigned call;
    unsigned error;
    const char* step;
    const char* advice;
  };
  const auto one = GENERATE(values<Case>({
      {SYS_clone3, EPERM, "make namespaces: Operation not permitted", "the container around compose filters"},
      {SYS_clone3, ENOSYS, "make namespaces: Function not implemented",
       "the container around compose filters"},
      {SYS_openat2, ENOSYS, "mount /proc: Function not implemented", "too old"},
      {SYS_mount, EPERM, "make mounts private: Operation not permitted",
       "the container around compose filters"},
      {SYS_fsopen, EPERM, "mount scratch tmpfs: Operation not permitted",
       "the container around compose filters"},
      {SYS_open_tree, ENOSYS, "take device /dev/null: Function not implemented", "too old"},
      {SYS_pivot_root, EPERM, "enter the root: Operation not permitted", ""},
      {SYS_seccomp, EPERM, "install seccomp filter: Operation not permitted", ""},
      {SYS_capset, EPERM, "drop capabilities: Operation not permitted", ""},
  }));
  CAPTURE(one.call, one.error);
  const std::string text = described_in_child([&] { return filter_call(one.call, one.error); }, prison);
  CHECK_THAT(text, Catch::StartsWith("125 sandbox: " + std::string(one.step)));
  CHECK_THAT(text, Catch::Contains(one.advice));
}

TEST_CASE("forbidden: user namespaces switched off", "[runner][forbidden]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string text = described_in_child(
      [] {
        if (!enter_namespace_with_one_id()) return false;
        write_text("/proc/sys/user/max_user_namespaces", "0");  // for this namespace only
        return true;
      },
      prison);
  CHECK(text ==
        "125 sandbox: make namespaces: No space left on device (user namespaces are switched off: sysctl "
        "user.max_user_namespaces=15000)");
}

TEST_CASE("forbidden: root of a namespace with one id runs as an ordinary user", "[runner][forbidden]") {
  NEEDS_SANDBOX
  const Prison prison;
  CHECK_THAT(described_in_child(enter_namespace_with_one_id, prison), Catch::StartsWith("0 exited with 0"));
}
