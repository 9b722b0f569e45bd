// compose test LAYOUT: the smoke tests that travel with an image.

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/cli/report.hpp"
#include "composer/progress.hpp"
#include "composer/run/prepare_image.hpp"
#include "composer/run/test_image.hpp"
#include "recipes/parse_recipe.hpp"
#include "runner/smoke_test.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::string image;
  std::string policy;
  std::string tests;
  bool json = false;
};

std::string_view outcome_name(SmokeVerdict::Outcome outcome) {
  switch (outcome) {
    case SmokeVerdict::Outcome::passed:
      return "passed";
    case SmokeVerdict::Outcome::failed:
      return "failed";
    case SmokeVerdict::Outcome::not_run:
      return "not run";
  }
  return "";
}

Json to_json(const PreparedImage& image, const TestReport& report) {
  Json json{{"manifest", image.manifest.str()}, {"passed", report.passed()}, {"tests", Json::array()}};
  for (const auto& [name, verdict] : report.outcomes) {
    json["tests"].push_back({{"name", name},
                             {"outcome", outcome_name(verdict.outcome)},
                             {"reasons", verdict.reasons},
                             {"result", verdict.result.describe()},
                             {"ms", verdict.result.took.count()}});
  }
  return json;
}

void print_summary(const TestReport& report) {
  const auto count = [&](SmokeVerdict::Outcome outcome) {
    return std::ranges::count_if(report.outcomes,
                                 [&](const auto& one) { return one.verdict.outcome == outcome; });
  };
  fmt::print("{} passed, {} failed, {} not run\n", count(SmokeVerdict::Outcome::passed),
             count(SmokeVerdict::Outcome::failed), count(SmokeVerdict::Outcome::not_run));
}

int run(const Options& options) {
  const InterruptWatch watch;
  Progress progress(Progress::style_of_stderr());
  TestSuite given;
  if (!options.tests.empty()) given = parse_tests_file(options.tests, expression_fault);
  const PreparedImage image = prepare_image(options.image, options.policy, progress);
  TestSuite suite = image.tests;
  if (!options.tests.empty()) {
    suite.tests = given.tests;
    if (!given.mounts.empty()) suite.mounts = given.mounts;
  }
  if (suite.tests.empty()) {
    throw Error(
        ErrorKind::usage, fmt::format("{}: there are no tests to run", options.image),
        "tests come from the recipe's [[test]] and travel with the custody; or name a file with --tests");
  }
  const TestReport report = test_image(image.config, suite, image.lower, progress);
  options.json ? print_json(to_json(image, report)) : print_summary(report);
  if (report.could_not_run()) return exit_failure;
  return report.passed() ? exit_done : exit_verdict;
}

}  // namespace

void add_test(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("test", "run the smoke tests that travel with an image")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .option("--tests", options->tests, "a file of [[test]] tables instead of the image's own", "FILE")
      .option("--policy", options->policy, "verify the custody first", "FILE")
      .flag("--json", options->json, "print the outcome as JSON")
      .footer(
          "Example:\n  compose test out:1.0\n\nExit status: 0 all passed, 1 one failed, 2 there are none, 3 "
          "a sandbox could not be set up.")
      .run([options] { return run(*options); });
}

}  // namespace compose
