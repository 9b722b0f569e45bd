#include "runner/payload.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "runner/kernel_calls.hpp"
#include "runner/limits.hpp"
#include "runner/privileges.hpp"
#include "runner/seccomp_filter.hpp"

namespace compose {

namespace {

void default_signals() {
  struct sigaction plain {};
  plain.sa_handler = SIG_DFL;
  for (int signal = 1; signal <= SIGRTMAX; ++signal) ::sigaction(signal, &plain, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool connect_streams(const PreparedRun& run) {
  for (int stream = 0; stream < 3; ++stream) {
    const int source = run.stdio[static_cast<std::size_t>(stream)];
    if (source != stream && ::dup2(source, stream) < 0) return false;
  }
  return close_from(3) == 0;
}

// errno of the last attempt; a program that may not be executed counts more than one that is
// not there, as in execvp.
int try_programs(const PreparedRun& run) {
  int error = ENOENT;
  for (const std::string& program : run.programs) {
    ::execve(program.c_str(), run.argv.data(), run.envp.data());
    if (errno == EACCES) error = EACCES;
    if (errno != ENOENT && errno != ENOTDIR && errno != EACCES) return errno;
  }
  return error;
}

// The step that failed, or none. The order matters: dropping the bounding set needs a
// capability that switching the user takes away, and the filter forbids what comes before it.
bool restrict_itself(const PreparedRun& run, SetupStep& step) {
  step = SetupStep::stdio;
  if (!connect_streams(run)) return false;
  step = SetupStep::limits;
  if (!set_limits(run)) return false;
  step = SetupStep::capabilities;
  if (!drop_future_capabilities()) return false;
  step = SetupStep::ids;
  if (!switch_ids(run)) return false;
  step = SetupStep::capabilities;
  if (!drop_present_capabilities()) return false;
  step = SetupStep::no_new_privileges;
  if (!forbid_new_privileges()) return false;
  step = SetupStep::seccomp;
  return install_seccomp_filter();
}

[[noreturn]] void become_program(const PreparedRun& run, ChildReport& failure) {
  default_signals();
  ::setsid();
  SetupStep step{};
  if (!restrict_itself(run, step)) {
    failure = {ChildReport::Kind::setup_failed, step, 0, errno};
  } else {
    failure = {ChildReport::Kind::exec_failed, step, 0, try_programs(run)};
  }
  ::_exit(127);
}

}  // namespace

pid_t start_payload(const PreparedRun& run, ChildReport& failure) {
  // vfork: init waits until the program is executed or has failed, and the failure is written
  // into its own memory. Copying the page tables would take longer than all the rest.
  const pid_t child = ::vfork();
  if (child == 0) become_program(run, failure);
  return child;
}

}  // namespace compose
