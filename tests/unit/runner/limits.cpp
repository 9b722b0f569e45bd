#include "runner/limits.hpp"

#include <unistd.h>
#include <catch2/catch.hpp>

#include "prison.hpp"

using namespace compose;

TEST_CASE("limits: the program has the plan's, and no core dumps", "[runner][limits]") {
  NEEDS_SANDBOX
  const Prison prison;
  RunPlan plan = prison.plan({"limits"});
  plan.limits.open_files = 77;
  plan.limits.processes = 88;
  const std::string processes = ::geteuid() == 0 ? "88 88" : "89 89";  // where init counts, it comes on top
  CHECK(run_in_sandbox(plan).out == "77 77\n" + processes + "\n0 0\n");
}

TEST_CASE("limits: one size bounds all that is written", "[runner][limits]") {
  NEEDS_SANDBOX
  const Prison prison;
  const std::string file = GENERATE("/file", "/data/file", "/dev/shm/file");
  RunPlan plan = prison.plan({"fill", file});
  plan.mounts = {{RunMount::Kind::tmpfs, {}, "/data", false}};
  plan.limits.tmpfs_bytes = 8u << 20;
  const std::string out = run_in_sandbox(plan).out;
  CHECK((out == "7 ENOSPC\n" || out == "8 ENOSPC\n"));
}

TEST_CASE("limits: never above the caller's own", "[runner][limits]") {
  rlimit own{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &own) == 0);
  CHECK(lowered_limit(RLIMIT_NOFILE, RLIM_INFINITY).rlim_max == own.rlim_max);
  CHECK(lowered_limit(RLIMIT_NOFILE, 10).rlim_max == 10);
  CHECK(lowered_limit(RLIMIT_NOFILE, 10).rlim_cur == 10);
}

TEST_CASE("limits: only root's user 0 needs to be watched", "[runner][limits]") {
  const RunLimits limits;
  const IdMap single{"0 1000 1\n", "0 1000 1\n", false};
  const IdMap whole{"0 0 4294967295\n", "0 0 4294967295\n", true};
  CHECK(watched_processes(limits, single, 0) == 0);
  CHECK(watched_processes(limits, whole, 10001) == 0);
  CHECK(watched_processes(limits, whole, 0) == limits.processes + 1);
}
