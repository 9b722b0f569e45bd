#include "runner/run_result.hpp"

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>

using compose::RunResult;
using Status = RunResult::Status;

namespace {

RunResult ended(Status status, int code) {
  RunResult result;
  result.status = status;
  result.code = code;
  return result;
}

}  // namespace

TEST_CASE("run_result: exit codes of a run", "[runner][result]") {
  CHECK(ended(Status::exited, 3).exit_code() == 3);
  CHECK(ended(Status::signaled, SIGKILL).exit_code() == 137);
  CHECK(ended(Status::timed_out, 0).exit_code() == 124);
  CHECK(ended(Status::setup_failed, EPERM).exit_code() == 125);
  CHECK(ended(Status::not_executable, EACCES).exit_code() == 126);
  CHECK(ended(Status::not_found, ENOENT).exit_code() == 127);
  CHECK(RunResult().exit_code() == 125);
}

TEST_CASE("run_result: descriptions", "[runner][result]") {
  CHECK(ended(Status::exited, 3).describe() == "exited with 3");
  CHECK(ended(Status::signaled, SIGTERM).describe() == "killed by SIGTERM");
  CHECK(ended(Status::signaled, 40).describe() == "killed by signal 40");
  RunResult late = ended(Status::timed_out, 0);
  late.allowed = std::chrono::seconds(5);
  CHECK(late.describe() == "no answer within 5 s");
  late.allowed = std::chrono::milliseconds(1500);
  CHECK(late.describe() == "no answer within 1.5 s");
  RunResult fault = ended(Status::setup_failed, EPERM);
  fault.step = "mount overlay";
  CHECK(fault.describe() == "sandbox: mount overlay: Operation not permitted");
  RunResult absent = ended(Status::not_found, ENOENT);
  absent.step = "/bin/x";
  CHECK(absent.describe() == "program '/bin/x' not found, or the interpreter that it names");
  RunResult plain = ended(Status::not_executable, EACCES);
  plain.step = "/bin/x";
  CHECK(plain.describe() == "cannot execute '/bin/x': Permission denied");
}
