// A run with the caller's own streams: signals go to the program, streams may be missing.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <csignal>
#include <functional>

#include "prison.hpp"
#include "signer/unique_fd.hpp"

using namespace compose;

namespace {

pid_t in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) std::signal(signal, SIG_DFL);  // not Catch's
    ::_exit(body());
  }
  return child;
}

int status_of(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

RunPlan inheriting(const Prison& prison, std::vector<std::string> arguments) {
  RunPlan plan = prison.plan(std::move(arguments));
  plan.output = OutputMode::inherit;
  return plan;
}

// Both ends of a pipe; the program's output goes into it.
struct Pipe {
  Pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    read_end.reset(ends[0]);
    write_end.reset(ends[1]);
  }
  std::string read_once() const {
    char text[256];
    const ssize_t got = ::read(read_end.get(), text, sizeof(text));
    return {text, got > 0 ? static_cast<std::size_t>(got) : 0};
  }
  UniqueFd read_end;
  UniqueFd write_end;
};

}  // namespace

TEST_CASE("signals: the caller's are passed on, and the caller lives", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  struct Case {
    int signal;
    int status;
  };
  const auto one =
      GENERATE(values<Case>({{SIGTERM, 42}, {SIGINT, 43}, {SIGHUP, 128 + SIGHUP}, {SIGQUIT, 128 + SIGQUIT}}));
  const Pipe pipe;
  const pid_t caller = in_child([&] {
    ::dup2(pipe.write_end.get(), 1);
    return run_in_sandbox(inheriting(prison, {"on-signal"})).exit_code();
  });
  CHECK(pipe.read_once() == "asleep\n");
  ::kill(caller, one.signal);
  CHECK(status_of(caller) == one.status);
}

TEST_CASE("signals: a signal that the caller ignores stays ignored", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  const Pipe pipe;
  const pid_t caller = in_child([&] {
    std::signal(SIGINT, SIG_IGN);
    ::dup2(pipe.write_end.get(), 1);
    return run_in_sandbox(inheriting(prison, {"on-signal"})).exit_code();
  });
  CHECK(pipe.read_once() == "asleep\n");
  ::kill(caller, SIGINT);
  ::kill(caller, SIGTERM);
  CHECK(status_of(caller) == 42);
}

TEST_CASE("signals: handlers are as they were after a run", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto before = std::signal(SIGTERM, SIG_IGN);
  CHECK(run_in_sandbox(inheriting(prison, {"exit", "0"})).exit_code() == 0);
  CHECK(std::signal(SIGTERM, before) == SIG_IGN);
}

TEST_CASE("signals: a captured run leaves the caller's signals alone", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  const pid_t caller = in_child([&] { return prison.run({"sleep", "runner-test-captured"}).exit_code(); });
  CHECK(wait_for_processes("runner-test-captured", 1));
  ::kill(caller, SIGTERM);
  CHECK(status_of(caller) == 1000 + SIGTERM);
  CHECK(wait_for_processes("runner-test-captured", 0));
}

TEST_CASE("streams: the caller's own are the program's", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  const Pipe in;
  const Pipe out;
  const pid_t caller = in_child([&] {
    ::dup2(in.read_end.get(), 0);
    ::dup2(out.write_end.get(), 1);
    ::close(in.write_end.get());
    return run_in_sandbox(inheriting(prison, {"count-input"})).exit_code();
  });
  CHECK(::write(in.write_end.get(), "12345", 5) == 5);
  ::close(in.write_end.get());
  CHECK(out.read_once() == "5\n");
  CHECK(status_of(caller) == 0);
  (void)const_cast<UniqueFd&>(in.write_end).release();
}

TEST_CASE("streams: a caller without any can run programs", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto mode = GENERATE(OutputMode::capture, OutputMode::inherit);
  const pid_t caller = in_child([&] {
    for (const int stream : {0, 1, 2}) ::close(stream);
    RunPlan plan = prison.plan({"fds"});
    plan.output = mode;
    const RunResult result = run_in_sandbox(plan);
    const bool still_closed = ::fcntl(0, F_GETFD) < 0 && ::fcntl(1, F_GETFD) < 0 && ::fcntl(2, F_GETFD) < 0;
    if (!still_closed || result.exit_code() != 0) return 1;
    return mode == OutputMode::inherit || result.out == "0\n1\n2\n" ? 0 : 2;
  });
  CHECK(status_of(caller) == 0);
}

TEST_CASE("streams: a terminal of the caller's is not the program's to control", "[runner][signals]") {
  NEEDS_SANDBOX
  const Prison prison;
  const pid_t caller = in_child([&] {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || ::grantpt(terminal) != 0 || ::unlockpt(terminal) != 0) return 100;
    ::setsid();
    const int line = ::open(::ptsname(terminal), O_RDWR);  // now the controlling terminal
    for (const int stream : {0, 1, 2}) ::dup2(line, stream);
    if (::open("/dev/tty", O_RDWR) < 0) return 101;
    if (run_in_sandbox(inheriting(prison, {"try-terminal", "0x5412"})).exit_code() != 0) return 1;
    if (run_in_sandbox(inheriting(prison, {"try-read", "/dev/tty"})).exit_code() != 0) return 2;
    return 0;
  });
  CHECK(status_of(caller) == 0);
}
