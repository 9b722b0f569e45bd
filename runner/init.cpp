#include "runner/init.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "runner/kernel_calls.hpp"
#include "runner/payload.hpp"
#include "runner/process_count.hpp"

namespace compose {

namespace {

constexpr int control_place = 0;
constexpr int proc_place = 1;

extern "C" void note_child(int) {}  // its only use is to end ppoll

// SIGCHLD comes in only while ppoll waits, so that none is missed between reaping and waiting.
bool prepare_signals() {
  struct sigaction wake {};
  wake.sa_handler = note_child;
  sigset_t mask;
  ::sigemptyset(&mask);
  ::sigaddset(&mask, SIGCHLD);
  return ::sigaction(SIGCHLD, &wake, nullptr) == 0 && ::sigprocmask(SIG_SETMASK, &mask, nullptr) == 0;
}

pid_t start(const PreparedRun& run, const ChildReporter& reporter) {
  ChildReport failure{};
  const pid_t payload = start_payload(run, failure);
  reporter.require(payload > 0, SetupStep::start_payload);
  if (failure.value != 0) {
    reporter.send(failure);
    ::_exit(1);
  }
  reporter.send({ChildReport::Kind::started, SetupStep::init, 0, 0});
  return payload;
}

// From here on nothing is open but the control socket and, for counting, /proc.
void close_everything_else(const PreparedRun& run, const ChildReporter& reporter) {
  const int proc = run.most_processes == 0 ? -1 : ::open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  reporter.require(run.most_processes == 0 || proc >= 0, SetupStep::init);
  ::dup2(reporter.control(), control_place);
  if (proc >= 0) ::dup2(proc, proc_place);
  close_from(proc >= 0 ? 2 : 1);
}

void reap(pid_t payload, const ChildReporter& reporter) {
  int status = 0;
  for (pid_t ended = 0; (ended = ::waitpid(-1, &status, WNOHANG)) > 0;) {
    if (ended != payload) continue;
    reporter.send({ChildReport::Kind::ended, SetupStep::init, 0, status});
    ::_exit(0);
  }
}

// What a terminal sends goes to the program's whole group, as a terminal would; the rest to the
// program alone. A stopped program must be woken to see that it shall end.
void pass_on(int signal, pid_t payload) {
  const bool from_terminal = signal == SIGINT || signal == SIGQUIT || signal == SIGHUP;
  ::kill(from_terminal ? -payload : payload, signal);
  ::kill(payload, SIGCONT);
}

void take_command(pid_t payload) {
  unsigned char signal = 0;
  const ssize_t got = ::recv(control_place, &signal, sizeof(signal), MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) ::_exit(1);  // the caller is gone
  if (got == 1 && signal != 0) pass_on(signal, payload);
}

void stop_flood(const PreparedRun& run, const ChildReporter& reporter) {
  if (run.most_processes == 0 || !more_threads_than(proc_place, run.most_processes)) return;
  reporter.send({ChildReport::Kind::flooded, SetupStep::init, 0, 0});
  ::_exit(1);
}

}  // namespace

void run_init(const PreparedRun& run, const ChildReporter& reporter) {
  reporter.require(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0, SetupStep::init);
  reporter.require(prepare_signals(), SetupStep::init);
  ::setsid();  // away from the caller's terminal and its process group
  const pid_t payload = start(run, reporter);
  close_everything_else(run, reporter);
  const ChildReporter at_its_place(control_place);
  sigset_t none;
  ::sigemptyset(&none);
  constexpr timespec watch_interval{0, 50'000'000};
  for (;;) {
    reap(payload, at_its_place);
    stop_flood(run, at_its_place);
    pollfd control{control_place, POLLIN, 0};
    const timespec* wait = run.most_processes == 0 ? nullptr : &watch_interval;
    if (::ppoll(&control, 1, wait, &none) > 0) take_command(payload);
  }
}

}  // namespace compose
