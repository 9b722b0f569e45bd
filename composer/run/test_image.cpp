#include "composer/run/test_image.hpp"

#include <algorithm>

#include "composer/run/launch.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

SmokeVerdict run_test(const ImageConfig& config, const TestSuite& suite, const SmokeTest& test,
                      const std::vector<std::filesystem::path>& lower) {
  LaunchWishes wishes;
  wishes.argv = test.run;
  Launch launch = plan_launch(config, suite.mounts, lower, wishes);
  launch.plan.timeout = test.within;
  return judge({.exit = test.exit, .out = test.out, .err = test.err}, run_in_sandbox(launch.plan));
}

void tell(const TestOutcome& outcome, Progress& progress) {
  const auto took = outcome.verdict.result.took.count();
  switch (outcome.verdict.outcome) {
    case SmokeVerdict::Outcome::passed:
      progress.event(fmt::format("test '{}': passed ({} ms)", outcome.name, took));
      return;
    case SmokeVerdict::Outcome::failed:
      progress.event(fmt::format("test '{}': FAILED ({} ms)", outcome.name, took));
      break;
    case SmokeVerdict::Outcome::not_run:
      progress.event(fmt::format("test '{}': could not be run", outcome.name));
      break;
  }
  for (const auto& reason : outcome.verdict.reasons) progress.event(fmt::format("  {}", reason));
}

}  // namespace

bool TestReport::passed() const {
  return !outcomes.empty() && std::ranges::all_of(outcomes, [](const TestOutcome& outcome) {
    return outcome.verdict.outcome == SmokeVerdict::Outcome::passed;
  });
}

bool TestReport::could_not_run() const {
  return std::ranges::any_of(outcomes, [](const TestOutcome& outcome) {
    return outcome.verdict.outcome == SmokeVerdict::Outcome::not_run;
  });
}

void check_expressions(const TestSuite& suite) {
  for (const auto& test : suite.tests) {
    for (const auto& [key, pattern] : {std::pair("stdout", test.out), std::pair("stderr", test.err)}) {
      const auto fault = pattern ? expression_fault(*pattern) : std::nullopt;
      if (fault) throw usage_error("test '{}': {}: {}", printable(test.name), key, *fault);
    }
  }
}

TestReport test_image(const ImageConfig& config, const TestSuite& suite,
                      const std::vector<std::filesystem::path>& lower, Progress& progress) {
  check_expressions(suite);
  TestReport report;
  for (const auto& test : suite.tests) {
    report.outcomes.push_back({test.name, run_test(config, suite, test, lower)});
    tell(report.outcomes.back(), progress);
  }
  return report;
}

}  // namespace compose
