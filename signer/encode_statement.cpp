#include <nlohmann/json.hpp>

#include "signer/custody_entry.hpp"
#include "signer/error.hpp"
#include "signer/statement_fields.hpp"
#include "signer/statement_rules.hpp"
#include "signer/strict_json.hpp"
#include "signer/utc_time.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

std::string digest_text(const Sha256& value) { return "sha256:" + value.hex(); }

Json claim_json(const GenesisClaim& claim) {
  Json teams = Json::object();
  for (const auto& [team, key] : claim.teams) teams[team] = key.hex();
  return {
      {"image", claim.image}, {"nonce", claim.nonce}, {"sealingTeam", claim.sealing_team}, {"teams", teams}};
}

Json claim_json(const LayerClaim& claim) {
  Json json{{"blob", claim.blob.str()},
            {"chain", claim.chain.str()},
            {"diffId", claim.diff_id.str()},
            {"inputs", claim.inputs},
            {"mediaType", claim.media_type},
            {"position", claim.position},
            {"size", claim.size},
            {"stageRecipe", digest_text(claim.stage_recipe)}};
  if (claim.parent_chain) json["parentChain"] = claim.parent_chain->str();
  return json;
}

Json claim_json(const CountersignClaim& claim) {
  Json evidence = Json::array();
  for (const EvidenceFile& file : claim.evidence) {
    evidence.push_back({{"digest", digest_text(file.digest)}, {"name", file.name}, {"size", file.size}});
  }
  Json json{{"evidence", evidence},
            {"reason", claim.reason},
            {"target", claim.target.str()},
            {"verdict", claim.verdict == StampVerdict::pass ? "pass" : "fail"}};
  if (claim.expires) json["expires"] = format_utc_time(*claim.expires);
  return json;
}

Json claim_json(const SealClaim& claim) {
  Json layers = Json::array();
  for (const SealedLayer& layer : claim.layers) {
    layers.push_back({{"diffId", layer.diff_id.str()}, {"entry", layer.entry.str()}});
  }
  Json contract = Json::object();
  for (const auto& [team, globs] : claim.contract) contract[team] = globs;
  Json json{{"config", claim.config.str()},
            {"contract", contract},
            {"image", claim.image},
            {"layers", layers},
            {"logRoot", digest_text(claim.log_root)},
            {"logSize", claim.log_size},
            {"manifest", claim.manifest.str()},
            {"platform", claim.platform},
            {"tags", claim.tags},
            {"testsResult", claim.tests_result}};
  if (claim.tests) json["tests"] = claim.tests->str();
  return json;
}

Json subject(std::string_view name, const Sha256& digest, std::string_view media_type) {
  Json json{{"digest", {{"sha256", digest.hex()}}}, {"name", name}};
  if (!media_type.empty()) json["mediaType"] = media_type;
  return json;
}

// The image line itself has no bytes to be named by, so its claim stands for it.
Json subject_json(const GenesisClaim& claim) {
  return subject(claim.image, sha256(canonical_json(claim_json(claim))), {});
}
Json subject_json(const LayerClaim& claim) {
  return subject(fmt::format("layer/{}", claim.position), claim.diff_id.value(), layer_subject_type);
}
Json subject_json(const CountersignClaim& claim) { return subject("entry", claim.target.value(), {}); }
Json subject_json(const SealClaim& claim) {
  return subject(claim.image, claim.manifest.value(), manifest_subject_type);
}

Json predicate_json(const CustodyStatement& statement) {
  const CustodyHeader& header = statement.header;
  Json parents = Json::array();
  for (const EntryId& parent : header.parents) parents.push_back(parent.str());
  Json json{{"claim", encode_claim(statement.claim)},
            {"claimedTime", format_utc_time(header.claimed_time)},
            {"parents", parents},
            {"primaryKey", statement.primary_key.hex()},
            {"signingKey", statement.signing_key.hex()},
            {"team", header.team}};
  if (header.custody) json["custody"] = header.custody->str();
  if (!header.stage.empty()) json["stage"] = header.stage;
  return json;
}

}  // namespace

Json encode_claim(const Claim& claim) {
  return std::visit([](const auto& each) { return claim_json(each); }, claim);
}

Json encode_subject(const Claim& claim) {
  return std::visit([](const auto& each) { return subject_json(each); }, claim);
}

std::string_view claim_kind(const Claim& claim) {
  struct Kind {
    std::string_view operator()(const GenesisClaim&) const { return "genesis"; }
    std::string_view operator()(const LayerClaim&) const { return "layer"; }
    std::string_view operator()(const CountersignClaim&) const { return "countersign"; }
    std::string_view operator()(const SealClaim&) const { return "seal"; }
  };
  return std::visit(Kind{}, claim);
}

std::string encode_statement(const CustodyStatement& statement) {
  if (const auto fault = statement_fault(statement)) throw usage_error("{}", *fault);
  return canonical_json(
      Json{{"_type", statement_type},
           {"predicate", predicate_json(statement)},
           {"predicateType", fmt::format("{}{}", predicate_prefix, claim_kind(statement.claim))},
           {"subject", Json::array({encode_subject(statement.claim)})}});
}

}  // namespace compose
