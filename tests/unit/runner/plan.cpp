// Plans that make no sense are refused before anything starts.
#include <catch2/catch.hpp>

#include "prison.hpp"

using namespace compose;
using namespace std::string_literals;

namespace {

void check_refused(const RunPlan& plan, const std::string& text) {
  const RunResult result = run_in_sandbox(plan);
  CHECK(result.status == RunResult::Status::setup_failed);
  CHECK(result.exit_code() == 125);
  CHECK_THAT(result.describe() + " (" + result.advice + ")", Catch::Contains(text));
}

}  // namespace

TEST_CASE("plan: no layer, no program", "[runner][plan]") {
  const Prison prison;
  RunPlan plan = prison.plan({});
  plan.lower.clear();
  check_refused(plan, "there is none");
  plan = prison.plan({});
  plan.argv.clear();
  check_refused(plan, "there is no program to run");
  plan.argv = {""};
  check_refused(plan, "there is no program to run");
}

TEST_CASE("plan: layers that are not there", "[runner][plan]") {
  const Prison prison;
  RunPlan plan = prison.plan({});
  plan.lower.push_back(prison.folder() / "absent");
  check_refused(plan, "absent': No such file or directory");
  plan.lower.back() = prison.layer() / "bin/inmate";
  check_refused(plan, "inmate': Not a directory");
}

TEST_CASE("plan: too many layers", "[runner][plan]") {
  const Prison prison;
  RunPlan plan = prison.plan({});
  for (int i = 0; i < 200; ++i) plan.lower.push_back(prison.make("l" + std::to_string(i)));
  check_refused(plan, "an image has 127 at most");
}

TEST_CASE("plan: malformed environment and arguments", "[runner][plan][hostile]") {
  const Prison prison;
  const std::string entry = GENERATE("NAME"s, "=value"s, ""s, "A\0B=x"s, "A=x\0LD_PRELOAD=y"s);
  RunPlan plan = prison.plan({});
  plan.env.push_back(entry);
  check_refused(plan, "environment");
  plan = prison.plan({"args", "a\0b"s});
  check_refused(plan, "it has a NUL inside");
}

TEST_CASE("plan: paths that may not be", "[runner][plan][hostile]") {
  const Prison prison;
  struct Case {
    std::string path;
    const char* text;
  };
  const auto one = GENERATE(values<Case>({{"relative", "must begin with /"},
                                          {"/a/../b", "must not have '..'"},
                                          {"/..", "must not have '..'"},
                                          {"/a\0b"s, "NUL"},
                                          {"/" + std::string(5000, 'x'), "too long"},
                                          {"/\x1b[31m/..", "\\x1b[31m"}}));
  RunPlan plan = prison.plan({});
  plan.mounts = {{RunMount::Kind::tmpfs, {}, one.path, false}};
  check_refused(plan, one.text);
  plan.mounts.clear();
  plan.workdir = one.path;
  check_refused(plan, one.text);
}

TEST_CASE("plan: places that are the sandbox's own", "[runner][plan][hostile]") {
  const Prison prison;
  const std::string target = GENERATE("/", "//", "/.", "/proc", "/proc/", "/proc/self", "/dev", "/dev/shm",
                                      "/./dev//x", "/sys", "/sys/fs/cgroup");
  RunPlan plan = prison.plan({});
  plan.mounts = {{RunMount::Kind::bind, prison.folder(), target, true}};
  check_refused(plan, "the sandbox's own");
}

TEST_CASE("plan: places that only look like the sandbox's own", "[runner][plan]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = prison.plan({"ls", "/processes"});
  plan.mounts = {{RunMount::Kind::empty_read_only, {}, "/processes", true},
                 {RunMount::Kind::empty_read_only, {}, "/srv/proc", true}};
  CHECK(run_in_sandbox(plan).out == ".\n..\n");
}
