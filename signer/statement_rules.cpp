#include "signer/statement_rules.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "signer/custody_names.hpp"
#include "signer/error.hpp"
#include "signer/json_fields.hpp"
#include "signer/path_glob.hpp"
#include "signer/printable.hpp"
#include "signer/utc_time.hpp"

namespace compose {

namespace {

constexpr std::size_t most_parents = 512;
constexpr std::size_t most_teams = 256;
constexpr std::size_t most_inputs = 256;
constexpr std::size_t most_input_bytes = 4096;
constexpr std::size_t most_reason_bytes = 8192;
constexpr std::size_t most_evidence = 64;
constexpr std::size_t most_tags = 64;
constexpr std::size_t most_layers = 512;
constexpr std::size_t most_globs = 256;

// Thrown and caught in this file only.
struct Broken {
  std::string fault;
};

template <typename... Args>
void need(bool holds, fmt::format_string<Args...> text, Args&&... args) {
  if (!holds) throw Broken{fmt::format(text, std::forward<Args>(args)...)};
}

template <typename T>
bool all_different(const std::vector<T>& values) {
  return std::set<T>(values.begin(), values.end()).size() == values.size();
}

bool is_integer(std::uint64_t value) { return value <= largest_json_integer; }
bool is_time(std::int64_t value) { return value >= 0 && value <= latest_utc_time; }

void need_team(const std::string& team, std::string_view field) {
  need(is_team_name(team), "{}: '{}' is not a team's name", field, printable(team));
}

void check_claim(const GenesisClaim& claim, const CustodyStatement& statement) {
  const CustodyHeader& header = statement.header;
  need(!header.custody, "custody: a genesis entry begins a custody, it has none");
  need(header.parents.empty(), "parents: a genesis entry has none");
  need(header.stage.empty(), "stage: a genesis entry is of no stage");
  need(is_image_name(claim.image), "claim.image: '{}' is not an image's name", printable(claim.image));
  need(claim.teams.size() <= most_teams, "claim.teams: more than {}", most_teams);
  for (const auto& [team, key] : claim.teams) need_team(team, "claim.teams");
  need(header.team == claim.sealing_team, "claim.sealingTeam: not the team that signs");
  const auto sealing = claim.teams.find(claim.sealing_team);
  need(sealing != claim.teams.end(), "claim.sealingTeam: not one of the teams");
  need(sealing->second == statement.primary_key, "primaryKey: not the sealing team's");
  need(is_nonce(claim.nonce), "claim.nonce: not 32 lower-case hex digits");
}

void check_claim(const LayerClaim& claim, const CustodyStatement& statement) {
  need(is_team_name(statement.header.stage), "stage: '{}' is not a stage's name",
       printable(statement.header.stage));
  need(is_integer(claim.size), "claim.size: too large");
  need(claim.position < most_layers, "claim.position: {} or more", most_layers);
  need(is_media_type(claim.media_type), "claim.mediaType: '{}' is not a media type",
       printable(claim.media_type));
  need(claim.inputs.size() <= most_inputs, "claim.inputs: more than {}", most_inputs);
  for (const auto& [name, value] : claim.inputs) {
    need(is_team_name(name), "claim.inputs: '{}' is not a name", printable(name));
    need(!value.empty() && value.size() <= most_input_bytes, "claim.inputs: '{}' is empty or too long", name);
  }
  need((claim.position == 0) == !claim.parent_chain,
       "claim.parentChain: absent for position 0 and only there");
  need(claim.chain == chain_of(claim.parent_chain, claim.diff_id),
       "claim.chain: not the parent's chain with the layer");
}

void check_claim(const CountersignClaim& claim, const CustodyStatement& statement) {
  const std::string& stage = statement.header.stage;
  need(stage.empty() || is_team_name(stage), "stage: '{}' is not a stage's name", printable(stage));
  need(claim.reason.size() <= most_reason_bytes, "claim.reason: longer than {} bytes", most_reason_bytes);
  need(claim.evidence.size() <= most_evidence, "claim.evidence: more than {} files", most_evidence);
  for (const EvidenceFile& file : claim.evidence) {
    need(is_file_name(file.name), "claim.evidence: '{}' is not a file's name", printable(file.name));
    need(is_integer(file.size), "claim.evidence: '{}' is too large", printable(file.name));
  }
  need(!claim.expires || is_time(*claim.expires), "claim.expires: not between 1970 and 9999");
}

void check_claim(const SealClaim& claim, const CustodyStatement& statement) {
  need(statement.header.stage.empty(), "stage: a seal is of no stage");
  need(is_image_name(claim.image), "claim.image: '{}' is not an image's name", printable(claim.image));
  need(claim.tags.size() <= most_tags, "claim.tags: more than {}", most_tags);
  for (const std::string& tag : claim.tags)
    need(is_tag(tag), "claim.tags: '{}' is not a tag", printable(tag));
  need(all_different(claim.tags), "claim.tags: one stands there twice");
  need(is_platform(claim.platform), "claim.platform: '{}' is not a platform", printable(claim.platform));
  need(claim.layers.size() <= most_layers, "claim.layers: more than {}", most_layers);
  need(claim.contract.size() <= most_teams, "claim.contract: more than {} teams", most_teams);
  for (const auto& [team, globs] : claim.contract) {
    need_team(team, "claim.contract");
    need(globs.size() <= most_globs, "claim.contract.{}: more than {} globs", team, most_globs);
    for (const std::string& glob : globs) {
      const auto fault = glob_fault(glob);
      need(!fault, "claim.contract.{}: '{}': {}", team, printable(glob), fault.value_or(""));
    }
  }
  const bool known =
      claim.tests_result == "passed" || claim.tests_result == "skipped" || claim.tests_result == "none";
  need(known, "claim.testsResult: '{}' is not passed, skipped or none", printable(claim.tests_result));
  need(claim.tests || claim.tests_result != "passed", "claim.testsResult: passed, but there are no tests");
  need(is_integer(claim.log_size), "claim.logSize: too large");
}

void check_header(const CustodyStatement& statement) {
  const CustodyHeader& header = statement.header;
  need_team(header.team, "team");
  need(is_time(header.claimed_time), "claimedTime: not between 1970 and 9999");
  need(header.parents.size() <= most_parents, "parents: more than {}", most_parents);
  need(all_different(header.parents), "parents: one stands there twice");
  need(header.custody || std::holds_alternative<GenesisClaim>(statement.claim), "custody: missing");
}

}  // namespace

std::optional<std::string> statement_fault(const CustodyStatement& statement) {
  try {
    check_header(statement);
    std::visit([&](const auto& claim) { check_claim(claim, statement); }, statement.claim);
    return std::nullopt;
  } catch (const Broken& broken) {
    return broken.fault;
  }
}

}  // namespace compose
