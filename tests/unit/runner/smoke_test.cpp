#include "runner/smoke_test.hpp"

#include <catch2/catch.hpp>
#include <csignal>

using namespace compose;
using Outcome = SmokeVerdict::Outcome;
using Catch::Matchers::Contains;

namespace {

RunResult exited(int status, std::string out = {}, std::string err = {}) {
  RunResult result;
  result.status = RunResult::Status::exited;
  result.code = status;
  result.out = std::move(out);
  result.err = std::move(err);
  return result;
}

bool matches(const std::string& pattern, const std::string& text) {
  return judge({0, pattern, std::nullopt}, exited(0, text)).outcome == Outcome::passed;
}

}  // namespace

TEST_CASE("smoke_test: exit status", "[runner][smoke]") {
  CHECK(judge({}, exited(0)).outcome == Outcome::passed);
  CHECK(judge({3, {}, {}}, exited(3)).outcome == Outcome::passed);
  const SmokeVerdict verdict = judge({}, exited(3, "", "one\ntwo\n"));
  CHECK(verdict.outcome == Outcome::failed);
  CHECK(verdict.reasons ==
        std::vector<std::string>{"expected exit 0: exited with 3", "stderr ended with: \none\ntwo"});
}

TEST_CASE("smoke_test: ^ and $ stand at line ends", "[runner][smoke]") {
  CHECK(matches("^shop 1\\.", "starting\nshop 1.0\n"));
  CHECK(matches("ready$", "ready\nmore"));
  CHECK(matches("^b$", "a\nb\nc"));
  CHECK(matches("a|^b$", "x\nb\n"));
  CHECK(matches("", ""));
  CHECK_FALSE(matches("^shop 1\\.", "the shop 1.0"));
  CHECK_FALSE(matches("^b$", "a\nbb\nc"));
  CHECK_FALSE(matches("\\Ab", "a\nb"));
}

TEST_CASE("smoke_test: reasons show what was expected and seen, safely", "[runner][smoke]") {
  const SmokeVerdict verdict = judge({0, "^ok", "^fine"}, exited(0, "\x1b[2Jbad\xff\n", ""));
  CHECK(verdict.outcome == Outcome::failed);
  REQUIRE(verdict.reasons.size() == 2);
  CHECK(verdict.reasons[0] == "expected stdout to match '^ok', it ended with: \n\\x1b[2Jbad\\xff");
  CHECK(verdict.reasons[1] == "expected stderr to match '^fine', it ended with: nothing");
}

TEST_CASE("smoke_test: only the last lines are shown", "[runner][smoke]") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "line " + std::to_string(i) + "\n";
  const SmokeVerdict verdict = judge({0, "absent", {}}, exited(0, text));
  CHECK_THAT(verdict.reasons.at(0), Contains("\nline 990\n") && Catch::EndsWith("line 999"));
  CHECK_THAT(verdict.reasons.at(0), !Contains("line 989"));
  const SmokeVerdict long_line = judge({0, "absent", {}}, exited(0, std::string(1u << 20, 'x')));
  CHECK(long_line.reasons.at(0).size() < 2200);
}

TEST_CASE("smoke_test: a program that never ran has no exit status", "[runner][smoke]") {
  RunResult absent;
  absent.status = RunResult::Status::not_found;
  absent.step = "/x";
  CHECK(judge({127, {}, {}}, absent).outcome == Outcome::failed);
  RunResult late;
  late.status = RunResult::Status::timed_out;
  CHECK(judge({124, {}, {}}, late).outcome == Outcome::failed);
  RunResult killed;
  killed.status = RunResult::Status::signaled;
  killed.code = SIGKILL;
  CHECK(judge({137, {}, {}}, killed).outcome == Outcome::passed);
}

TEST_CASE("smoke_test: a sandbox that failed is no failed test", "[runner][smoke]") {
  RunResult result;
  result.step = "make namespaces";
  result.code = EPERM;
  result.advice = "turn the knob";
  const SmokeVerdict verdict = judge({125, {}, {}}, result);
  CHECK(verdict.outcome == Outcome::not_run);
  CHECK(verdict.reasons ==
        std::vector<std::string>{"sandbox: make namespaces: Operation not permitted", "turn the knob"});
}

TEST_CASE("smoke_test: expressions are checked beforehand", "[runner][smoke]") {
  CHECK_FALSE(expression_fault("^shop 1\\.(0|1)$"));
  CHECK_FALSE(expression_fault(""));
  const std::string bad = GENERATE("(", "a)", "[", "*", "a{1001}", "(?<x>a)", "\\1", "\xff");
  CAPTURE(bad);
  CHECK(expression_fault(bad));
  CHECK(judge({0, bad, {}}, exited(0, "a")).outcome == Outcome::failed);
}

TEST_CASE("smoke_test: hostile expressions and texts stay cheap", "[runner][smoke][hostile]") {
  CHECK(expression_fault(std::string(5000, 'a')));
  CHECK(expression_fault("((a{100}){100}){100}"));
  CHECK_FALSE(matches("(a*)*(a*)*(a*)*b", std::string(100'000, 'a')));
}
