#include "runner/spawn.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <utility>

#include "runner/advice.hpp"
#include "runner/child_report.hpp"
#include "runner/fixed_text.hpp"
#include "runner/kernel_calls.hpp"
#include "runner/sandbox_child.hpp"
#include "runner/setup_fault.hpp"

namespace compose {

namespace {

// No handler of the caller's may run in the child, not even for an instant.
class BlockedSignals {
 public:
  BlockedSignals() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~BlockedSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  BlockedSignals(const BlockedSignals&) = delete;
  BlockedSignals& operator=(const BlockedSignals&) = delete;

 private:
  sigset_t before_{};
};

[[noreturn]] void fail(SetupStep step, int error) {
  throw SetupFault{std::string(name_of(step)), error, advice_for(step, error)};
}

// No exit signal: the caller's SIGCHLD handling and its wait() see nothing of the sandbox.
pid_t clone_into_namespaces(PreparedRun& run, UniqueFd& process) {
  int descriptor = -1;
  clone_args arguments{};
  arguments.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNET |
                    CLONE_NEWCGROUP | CLONE_PIDFD | CLONE_CLEAR_SIGHAND;
  arguments.pidfd = reinterpret_cast<std::uintptr_t>(&descriptor);
  const BlockedSignals blocked;
  const pid_t child = clone3(arguments);
  if (child == 0) sandbox_child(run);
  if (child < 0) fail(SetupStep::clone, errno);
  process.reset(descriptor);
  return child;
}

}  // namespace

SandboxChild::SandboxChild(UniqueFd process, UniqueFd control)
    : process_(std::move(process)), control_(std::move(control)) {}

SandboxChild::~SandboxChild() {
  if (!process_) return;
  kill();
  reap();
}

void SandboxChild::kill() const { kill_by_descriptor(process_.get()); }

void SandboxChild::reap() {
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(process_.get()), &info, WEXITED | __WALL) != 0 &&
         errno == EINTR) {
  }
  process_.reset();
}

SandboxChild spawn(PreparedRun& run) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) fail(SetupStep::clone, errno);
  UniqueFd parents(ends[0]);
  const UniqueFd childs(ends[1]);
  run.parents_control = parents.get();
  run.control = childs.get();
  UniqueFd process;
  const pid_t pid = clone_into_namespaces(run, process);
  SandboxChild child(std::move(process), std::move(parents));
  if (run.ids.written_by_parent) {
    FixedText<32> folder;
    folder.add("/proc/").add(static_cast<unsigned>(pid));
    if (!write_id_map(run.ids, folder.c_str())) fail(SetupStep::id_maps, errno);
    send_command(child.control(), 0);
  }
  return child;
}

}  // namespace compose
