// compose verify LAYOUT --policy FILE: check, plus custody against the policy.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/cli/report.hpp"
#include "composer/verify_image.hpp"
#include "recipes/parse_policy.hpp"

namespace compose {

namespace {

struct Options {
  std::string image;
  std::string policy;
  std::string log;
  std::string state;
  bool json = false;
};

int run(const Options& options) {
  const InterruptWatch watch;
  const TrustPolicy policy = parse_policy_file(options.policy);
  VerifyImageOptions how{.log = {}, .state = {}, .now = std::time(nullptr)};
  if (!options.log.empty()) how.log = options.log;
  if (!options.state.empty()) how.state = options.state;
  const VerifyResult result = verify_image(ImageRef::parse(options.image), policy, how);
  if (options.json) {
    print_json(verification_json(result, policy));
  } else {
    fmt::print("{}", verification_text(result, policy));
  }
  return result.findings.empty() ? exit_done : exit_verdict;
}

}  // namespace

void add_verify(CLI::App& program, int& status) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand("verify", "does the image's custody satisfy a policy?");
  command->add_option("image", options->image, "LAYOUT[:TAG|@DIGEST]")->required()->type_name("");
  command->add_option("--policy", options->policy, "whom you believe, a TOML file")
      ->required()
      ->type_name("FILE");
  auto* log = command->add_option("--log", options->log, "demand that the custody is as new as this log")
                  ->type_name("DIR");
  auto* state = command
                    ->add_option("--state", options->state,
                                 "demand that it extends what was seen last (kept in this file)")
                    ->type_name("FILE");
  log->excludes(state);
  command->add_flag("--json", options->json, "print the verdict as JSON");
  command->footer(
      "Example:\n  compose verify out:1.0 --policy policy.toml\n\nOffline; runs nothing of the image. Every "
      "finding is reported, each with a stable code.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace compose
