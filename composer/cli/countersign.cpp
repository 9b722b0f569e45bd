// compose countersign LAYOUT --stage NAME: another team's stamp.

#include "composer/custody/countersign.hpp"

#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/cli/parse_date.hpp"
#include "composer/cli/report.hpp"
#include "recipes/parse_policy.hpp"
#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_key_bytes = 1u << 20;

struct Options {
  std::string image;
  std::string stage;
  std::string key;
  std::string policy;
  bool trust_image = false;
  std::string team;
  std::string verdict = "pass";
  std::string reason;
  std::vector<std::string> evidence;
  std::string expires;
  std::string log;
  bool json = false;
};

std::unique_ptr<Signer> signer_for(const std::string& key) {
  if (const auto fingerprint = Fingerprint::from(key)) return open_signer(*fingerprint);
  return open_signer(read_file(key, most_key_bytes, ErrorKind::usage), key);
}

CountersignRequest request_of(const Options& options) {
  CountersignRequest request{.image = ImageRef::parse(options.image),
                             .stage = options.stage,
                             .policy = nullptr,
                             .team = {},
                             .verdict = options.verdict == "fail" ? StampVerdict::fail : StampVerdict::pass,
                             .reason = options.reason,
                             .evidence = {options.evidence.begin(), options.evidence.end()},
                             .expires = {},
                             .log = {},
                             .now = std::time(nullptr)};
  if (!options.team.empty()) request.team = options.team;
  if (!options.log.empty()) request.log = options.log;
  if (!options.expires.empty()) {
    request.expires = parse_date(options.expires);
    if (*request.expires <= request.now) throw usage_error("--expires {}: is in the past", options.expires);
  }
  return request;
}

void tell(const CountersignResult& result, const Options& options) {
  if (options.json) {
    nlohmann::ordered_json json{{"signed", result.findings.empty()},
                                {"manifest", result.manifest.str()},
                                {"stage", options.stage},
                                {"team", result.team},
                                {"verdict", options.verdict},
                                {"entries", nlohmann::json::array()},
                                {"findings", findings_json(result.findings)}};
    for (const auto& entry : result.entries) json["entries"].push_back(entry.str());
    return print_json(json);
  }
  if (!result.findings.empty()) {
    fmt::print("nothing was signed, {} finding(s):\n{}", result.findings.size(),
               findings_text(result.findings));
    return;
  }
  for (const auto& entry : result.entries) {
    fmt::print("stage '{}': {} by team '{}', entry {}\n", printable(options.stage), options.verdict,
               printable(result.team), entry.str());
  }
}

int run(const Options& options) {
  if (options.policy.empty() == !options.trust_image) {
    throw Error(ErrorKind::usage, "countersign needs --policy FILE (or, loudly, --trust-image)",
                "a stamp says that the layer and its owner's signature were checked: the policy says whose");
  }
  const InterruptWatch watch;
  CountersignRequest request = request_of(options);
  std::optional<TrustPolicy> policy;
  if (!options.policy.empty()) policy = parse_policy_file(options.policy);
  if (policy) request.policy = &*policy;
  const auto signer = signer_for(options.key);
  Progress progress(Progress::style_of_stderr());
  const auto result = countersign(request, *signer, progress);
  tell(result, options);
  return result.findings.empty() ? exit_done : exit_verdict;
}

}  // namespace

void add_countersign(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("countersign", "check a stage that another team made, and stamp it")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .required_option("--stage", options->stage, "the stage", "NAME")
      .required_option("--key", options->key, "your certificate file or full fingerprint", "KEY")
      .option("--policy", options->policy, "what the layer and its owner are checked against first", "FILE")
      .flag("--trust-image", options->trust_image, "check no signature first (loud)")
      .option("--team", options->team, "the team you speak for (default: what the policy says)", "NAME")
      .choice("--verdict", options->verdict, {"pass", "fail"}, "pass (default) or fail", "V")
      .option("--reason", options->reason, "why, in words", "TEXT")
      .option("--evidence", options->evidence, "a file to attach: a scan report, …; may be repeated", "FILE")
      .option("--expires", options->expires, "2027-01-31 or 2027-01-31T12:00:00Z", "DATE")
      .option("--log", options->log, "append the stamp to this custody log too", "DIR")
      .flag("--json", options->json, "print the result as JSON")
      .footer(
          "Example:\n  compose countersign out:1.0 --stage base --key keys/security.asc --policy policy.toml "
          "--evidence scan.json")
      .run([options] { return run(*options); });
}

}  // namespace compose
