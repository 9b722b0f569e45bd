// How runs end, and that each end is told apart from the others.
#include <sys/resource.h>
#include <catch2/catch.hpp>

#include <cerrno>
#include <csignal>

#include "prison.hpp"

using namespace compose;
using Status = RunResult::Status;

namespace {

// Kibibytes that this process has ever held.
long most_memory() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("sandbox: the program's exit status is the result's", "[runner][sandbox]") {
  NEEDS_SANDBOX
  const Prison prison;
  for (const int status : {0, 1, 3, 124, 125, 126, 127, 255}) {
    const RunResult result = prison.run({"exit", std::to_string(status)});
    CAPTURE(result.describe(), result.advice);
    CHECK(result.status == Status::exited);
    CHECK(result.code == status);
    CHECK(result.exit_code() == status);
  }
}

TEST_CASE("sandbox: a program killed by a signal is told from one that exits", "[runner][sandbox]") {
  NEEDS_SANDBOX
  const Prison prison;
  // As PID 1 it would not even notice: the kernel drops signals to itself.
  for (const int signal : {SIGKILL, SIGTERM, SIGABRT, SIGSEGV, SIGUSR1, SIGPIPE}) {
    const RunResult result = prison.run({"kill-itself", std::to_string(signal)});
    CHECK(result.status == Status::signaled);
    CHECK(result.code == signal);
    CHECK(result.exit_code() == 128 + signal);
  }
}

TEST_CASE("sandbox: what cannot be started is 126 or 127, never 125", "[runner][sandbox]") {
  NEEDS_SANDBOX
  const Prison prison;
  write_text(prison.layer() / "bin/data", "neither a program nor a script\n");
  write_text(prison.layer() / "bin/script", "#!/no/such/interpreter\n");
  write_text(prison.layer() / "bin/plain", "x");
  write_text(prison.layer() / "bin/foreign", std::string("\x7f"
                                                         "ELF\x02\x01\x01",
                                                         7) +
                                                 std::string(57, '\0'));
  for (const char* name : {"data", "script", "foreign"}) {
    std::filesystem::permissions(prison.layer() / "bin" / name, std::filesystem::perms(0755));
  }
  std::filesystem::create_directory(prison.layer() / "bin/folder");
  std::filesystem::create_symlink("loop", prison.layer() / "bin/loop");
  struct Case {
    const char* program;
    Status status;
    int code;
  };
  const auto one = GENERATE(values<Case>({{"absent", Status::not_found, ENOENT},
                                          {"/bin/absent", Status::not_found, ENOENT},
                                          {"/bin/script", Status::not_found, ENOENT},
                                          {"script", Status::not_found, ENOENT},
                                          {"/bin/inmate/x", Status::not_found, ENOENT},
                                          {"/bin/data", Status::not_executable, ENOEXEC},
                                          {"data", Status::not_executable, ENOEXEC},
                                          {"/bin/foreign", Status::not_executable, ENOEXEC},
                                          {"/bin/plain", Status::not_executable, EACCES},
                                          {"plain", Status::not_executable, EACCES},
                                          {"/bin/folder", Status::not_executable, EACCES},
                                          {"/bin/loop", Status::not_executable, ELOOP}}));
  CAPTURE(one.program);
  RunPlan plan = prison.plan({});
  plan.argv = {one.program};
  const RunResult result = run_in_sandbox(plan);
  CHECK(result.status == one.status);
  CHECK(result.code == one.code);
  CHECK(result.exit_code() == (one.status == Status::not_found ? 127 : 126));
  CHECK(result.describe().find(one.program) != std::string::npos);
}

TEST_CASE("sandbox: stdout and stderr are kept apart", "[runner][sandbox]") {
  NEEDS_SANDBOX
  const RunResult result = Prison().run({"say", "to out\n", "to err"});
  CHECK(result.out == "to out\n");
  CHECK(result.err == "to err");
  CHECK(result.out_dropped == 0);
  CHECK(result.err_dropped == 0);
}

TEST_CASE("sandbox: a captured program reads nothing from stdin", "[runner][sandbox]") {
  NEEDS_SANDBOX
  CHECK(Prison().run({"count-input"}).out == "0\n");
}

TEST_CASE("sandbox: output beyond the bound is counted, not kept", "[runner][sandbox]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = prison.plan({"flood", "256"});
  plan.most_output = 10'000;
  const long before = most_memory();
  const RunResult result = run_in_sandbox(plan);
  CHECK(most_memory() - before < 32l << 10);
  CHECK(result.status == Status::exited);
  CHECK(result.out.size() < 10'100);
  CHECK(result.out.starts_with("first\n"));
  CHECK(result.out.ends_with("last\n"));
  CHECK(result.out_dropped == 256u * 1024 * 1024 + 11 - 10'000);
}

TEST_CASE("sandbox: a program that ends in time is not timed out", "[runner][sandbox]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = prison.plan({"exit", "7"});
  plan.timeout = std::chrono::hours(24 * 365 * 1000);
  CHECK(run_in_sandbox(plan).exit_code() == 7);
  plan.timeout = std::chrono::milliseconds::max();
  CHECK(run_in_sandbox(plan).exit_code() == 7);
  plan.timeout = std::chrono::milliseconds(0);
  CHECK(run_in_sandbox(plan).exit_code() == 7);
}
