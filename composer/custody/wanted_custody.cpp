#include "composer/custody/wanted_custody.hpp"

#include "signer/atomic_file.hpp"
#include "signer/certificate_fingerprint.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_key_bytes = 1u << 20;

TeamKey read_team_key(const Team& team) {
  return with_context(
      [&] {
        std::string bytes = read_file(team.key, most_key_bytes, ErrorKind::usage);
        const auto fingerprints = certificate_fingerprints(bytes, team.key.string());
        if (fingerprints.size() != 1) {
          throw usage_error("{}: holds {} certificates, one a file is the rule", team.key.string(),
                            fingerprints.size());
        }
        return TeamKey{std::move(bytes), team.key.string(), fingerprints.front()};
      },
      "{}: team '{}'", team.position.str(), team.name);
}

bool signed_by_team(const CustodyEntry& entry, const std::string& team,
                    const std::map<std::string, TeamKey>& keys) {
  const auto key = keys.find(team);
  return entry.statement.header.team == team && key != keys.end() &&
         entry.statement.primary_key == key->second.primary;
}

// The newest entry of the log that satisfies `fits`.
template <typename Fits>
const CustodyEntry* newest(const CustodyLog& log, Fits&& fits) {
  for (auto entry = log.entries.rbegin(); entry != log.entries.rend(); ++entry) {
    if (fits(*entry)) return &*entry;
  }
  return nullptr;
}

bool seal_serves(const SealClaim& found, SealClaim wanted,
                 const std::vector<std::optional<EntryId>>& layers) {
  if (wanted.layers.size() != layers.size()) return false;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!layers[i]) return false;
    wanted.layers[i].entry = *layers[i];
  }
  wanted.log_size = found.log_size;
  wanted.log_root = found.log_root;
  if (wanted.tests_result == "skipped" && found.tests_result == "passed") wanted.tests_result = "passed";
  return found == wanted;
}

}  // namespace

std::map<std::string, TeamKey> read_team_keys(const Recipe& recipe) {
  std::map<std::string, TeamKey> keys;
  for (const auto& [name, team] : recipe.teams) keys.emplace(name, read_team_key(team));
  return keys;
}

WantedCustody want_custody(const Recipe& recipe, const std::vector<BuiltStage>& stages,
                           const AssembledImage& image, const std::vector<std::string>& tags,
                           const std::optional<BlobDigest>& tests, const std::string& tests_result) {
  WantedCustody wanted{.image = recipe.name,
                       .sealing_team = recipe.seal_team,
                       .layers = {},
                       .seal = {.image = recipe.name,
                                .tags = tags,
                                .platform = recipe.platform.str(),
                                .manifest = image.manifest.digest,
                                .config = image.config.digest,
                                .layers = {},
                                .contract = {},
                                .tests = tests,
                                .tests_result = tests_result,
                                .log_size = 0,
                                .log_root = {}}};
  std::optional<ChainId> parent;
  for (const auto& stage : stages) {
    for (const Layer& layer : stage.layers) {
      const ChainId chain = chain_of(parent, layer.diff_id);
      wanted.layers.push_back({.stage = stage.stage->name,
                               .team = stage.stage->team,
                               .claim = {.diff_id = layer.diff_id,
                                         .blob = layer.blob.digest,
                                         .size = layer.blob.size,
                                         .media_type = layer.blob.media_type,
                                         .stage_recipe = sha256(stage.stage->canonical),
                                         .inputs = stage.inputs,
                                         .position = wanted.layers.size(),
                                         .parent_chain = parent,
                                         .chain = chain}});
      wanted.seal.layers.push_back({.diff_id = layer.diff_id, .entry = EntryId(Sha256{})});
      parent = chain;
    }
  }
  for (const auto& [name, team] : recipe.teams) wanted.seal.contract.emplace(name, team.may_write);
  return wanted;
}

KnownCustody match_custody(const CustodyLog& log, const WantedCustody& wanted,
                           const std::map<std::string, TeamKey>& keys) {
  KnownCustody known;
  known.layers.resize(wanted.layers.size());
  known.genesis = log.custody();
  if (!known.genesis) return known;
  const auto* genesis = std::get_if<GenesisClaim>(&log.entries.front().statement.claim);
  if (genesis == nullptr || genesis->image != wanted.image) {
    throw Error(ErrorKind::usage,
                fmt::format("the custody log belongs to image '{}', not to '{}'",
                            genesis == nullptr ? "?" : printable(genesis->image), wanted.image),
                "one log is one image line: name another folder with --log");
  }
  for (std::size_t i = 0; i < wanted.layers.size(); ++i) {
    const WantedLayer& layer = wanted.layers[i];
    const auto* entry = newest(log, [&](const CustodyEntry& candidate) {
      const auto* claim = std::get_if<LayerClaim>(&candidate.statement.claim);
      return claim != nullptr && *claim == layer.claim && candidate.statement.header.stage == layer.stage &&
             candidate.statement.header.custody == known.genesis &&
             signed_by_team(candidate, layer.team, keys);
    });
    if (entry != nullptr) known.layers[i] = entry->id;
  }
  const auto* seal = newest(log, [&](const CustodyEntry& candidate) {
    const auto* claim = std::get_if<SealClaim>(&candidate.statement.claim);
    return claim != nullptr && seal_serves(*claim, wanted.seal, known.layers) &&
           candidate.statement.header.custody == known.genesis &&
           signed_by_team(candidate, wanted.sealing_team, keys);
  });
  if (seal != nullptr) {
    known.seal = seal->id;
    known.tests_passed = std::get<SealClaim>(seal->statement.claim).tests_result == "passed";
  }
  return known;
}

}  // namespace compose
