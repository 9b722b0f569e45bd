// compose verify LAYOUT --policy FILE: check, plus custody against the policy.

#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
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

void add_verify(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("verify", "does the image's custody satisfy a policy?")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .required_option("--policy", options->policy, "whom you believe, a TOML file", "FILE")
      .option("--log", options->log, "demand that the custody is as new as this log", "DIR")
      .option("--state", options->state, "demand that it extends what was seen last (kept in this file)",
              "FILE")
      .either("--log", "--state")
      .flag("--json", options->json, "print the verdict as JSON")
      .footer(
          "Example:\n  compose verify out:1.0 --policy policy.toml\n\nOffline; runs nothing of the image. "
          "Every finding is reported, each with a stable code.")
      .run([options] { return run(*options); });
}

}  // namespace compose
