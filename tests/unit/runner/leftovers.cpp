// Nothing is left behind: no process, no mount, no descriptor, whatever the program does and
// whatever happens to the caller (hostile input R12, R14).
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "prison.hpp"

using namespace compose;
using Status = RunResult::Status;
using std::chrono::milliseconds;
namespace fs = std::filesystem;

namespace {

// A word that only one run's processes have among their arguments.
std::string unique_word() {
  static int count = 0;
  return "runner-test-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

RunPlan short_plan(const Prison& prison, std::vector<std::string> arguments) {
  RunPlan plan = prison.plan(std::move(arguments));
  plan.timeout = milliseconds(200);
  plan.grace = milliseconds(100);
  return plan;
}

}  // namespace

TEST_CASE("leftovers: what runs too long is ended, with all that it started", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string behaviour = GENERATE("sleep", "ignore", "stop", "vfork");
  const std::string word = unique_word();
  CAPTURE(behaviour);
  const RunResult result = run_in_sandbox(short_plan(prison, {behaviour, word}));
  CHECK(result.status == Status::timed_out);
  CHECK(result.exit_code() == 124);
  CHECK(result.describe() == "no answer within 200 ms");
  CHECK(result.took >= milliseconds(200));
  CHECK(result.took < milliseconds(10'000));
  CHECK(processes_with(word) == 0);
}

TEST_CASE("leftovers: a program that heeds TERM ends at once", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = short_plan(prison, {"on-signal"});
  plan.grace = milliseconds(20'000);
  const RunResult result = run_in_sandbox(plan);
  CHECK(result.status == Status::timed_out);
  CHECK(result.took < milliseconds(10'000));
}

TEST_CASE("leftovers: a daemon ends with the program and holds nobody up", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string word = unique_word();
  const RunResult result = prison.run({"daemon", word});
  CHECK(result.exit_code() == 0);
  CHECK(result.took < milliseconds(20'000));  // though it held the output open
  CHECK(processes_with(word) == 0);
}

TEST_CASE("leftovers: a flood of processes is bounded and ended", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string word = unique_word();
  RunPlan plan = prison.plan({"forks", "3000", "stay", word});
  plan.uid = 10001;
  plan.limits.processes = 100;
  plan.timeout = milliseconds(3000);
  plan.grace = milliseconds(100);
  const RunResult result = run_in_sandbox(plan);
  CHECK(result.status == Status::timed_out);
  CHECK(result.out == "99 EAGAIN\n");  // and the one that made them
  CHECK(processes_with(word) == 0);
}

TEST_CASE("leftovers: root's user 0, whom the kernel lets fork, is ended by init", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string word = unique_word();
  RunPlan plan = prison.plan({"forks", "400", "stay", word});
  plan.limits.processes = 100;
  plan.timeout = milliseconds(3000);
  const RunResult result = run_in_sandbox(plan);
  CAPTURE(result.describe(), result.out);
  if (::geteuid() == 0) {
    CHECK(result.status == Status::signaled);
    CHECK(result.code == SIGKILL);
    CHECK(result.advice == "it had more than 100 processes");
  } else {
    CHECK(result.out == "99 EAGAIN\n");
  }
  CHECK(processes_with(word) == 0);
}

TEST_CASE("leftovers: endless output until the deadline", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = short_plan(prison, {"flood", "10000000"});
  plan.timeout = milliseconds(2000);
  plan.most_output = 1000;
  const RunResult result = run_in_sandbox(plan);
  CHECK(result.status == Status::timed_out);
  CHECK(result.out.size() < 1100);
  CHECK(result.out_dropped > 0);
  CHECK(result.took < milliseconds(10'000));
}

TEST_CASE("leftovers: no mount, descriptor or child after many runs", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto descriptors = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const std::string mounts = read_text("/proc/self/mountinfo");
  const auto before = descriptors();
  for (int i = 0; i < 20; ++i) CHECK(prison.run({"exit", "0"}).exit_code() == 0);
  RunPlan broken = prison.plan({"exit", "0"});
  broken.mounts = {{RunMount::Kind::bind, "/no/such/source", "/x", true}};
  CHECK(run_in_sandbox(broken).exit_code() == 125);
  CHECK(descriptors() == before);
  CHECK(read_text("/proc/self/mountinfo") == mounts);
  CHECK(::waitpid(-1, nullptr, WNOHANG | __WALL) == -1);
}

TEST_CASE("leftovers: a caller that is killed takes the sandbox along", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string word = unique_word();
  const pid_t caller = ::fork();
  if (caller == 0) {
    RunPlan plan = prison.plan({"ignore", word});
    plan.timeout = milliseconds(0);
    ::_exit(run_in_sandbox(plan).exit_code());
  }
  CHECK(wait_for_processes(word, 1));
  ::kill(caller, SIGKILL);
  ::waitpid(caller, nullptr, 0);
  CHECK(wait_for_processes(word, 0));
}

TEST_CASE("leftovers: an init that is killed from outside is no success", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string word = unique_word();
  std::thread killer([&] {
    if (wait_for_processes(word, 1)) ::kill(parent_of_process_with(word), SIGKILL);
  });
  const RunResult result = prison.run({"ignore", word});
  killer.join();
  // Between the program's exec and init's word about it, the sandbox counts as not set up yet.
  const bool before_its_word = result.status == Status::setup_failed && result.code == ESRCH;
  CHECK((before_its_word || result.exit_code() == 128 + SIGKILL));
  CHECK_THAT(result.advice, Catch::Contains("the sandbox was killed from outside"));
  CHECK(processes_with(word) == 0);
}

TEST_CASE("leftovers: runs side by side do not touch each other", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  std::array<int, 4> right{};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < right.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int run = 0; run < 10; ++run) {
        const std::string word = std::to_string(i) + "-" + std::to_string(run);
        right[i] += prison.run({"say", word, word}).out == word ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == std::array<int, 4>{10, 10, 10, 10});
}

TEST_CASE("leftovers: a caller that ignores SIGCHLD gets the result all the same", "[runner][leftovers]") {
  NEEDS_SANDBOX
  const Prison prison;
  const auto before = std::signal(SIGCHLD, SIG_IGN);
  CHECK(prison.run({"exit", "5"}).exit_code() == 5);
  std::signal(SIGCHLD, before);
}
