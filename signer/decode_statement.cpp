#include <nlohmann/json.hpp>

#include "signer/custody_entry.hpp"
#include "signer/error.hpp"
#include "signer/json_fields.hpp"
#include "signer/printable.hpp"
#include "signer/statement_fields.hpp"
#include "signer/statement_rules.hpp"
#include "signer/strict_json.hpp"
#include "signer/utc_time.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

constexpr JsonLimits statement_limits{.bytes = most_entry_bytes, .depth = 8};

[[noreturn]] void wrong(const std::string& path, std::string_view what) {
  throw verdict_error("statement-value: {}: not {}", printable(path), what);
}

// A list of strings and an object of strings are all that is nested below the fields.
std::vector<std::string> texts(const Json& list, const std::string& path) {
  if (!list.is_array()) wrong(path, "a list");
  std::vector<std::string> values;
  for (const Json& each : list) {
    if (!each.is_string()) wrong(path, "a list of strings");
    values.push_back(each.get<std::string>());
  }
  return values;
}

template <typename Digest>
Digest digest(std::string_view text, const std::string& path) {
  const auto parsed = Digest::from(text);
  if (!parsed) wrong(path, "a sha256 digest");
  return *parsed;
}

template <typename Digest>
Digest digest(JsonFields& fields, const char* name) {
  return digest<Digest>(fields.text(name), fields.path_of(name));
}

template <typename Digest>
std::optional<Digest> optional_digest(JsonFields& fields, const char* name) {
  if (!fields.has(name)) return std::nullopt;
  return digest<Digest>(fields, name);
}

// Digests of things that are no part of an image have no identity type of their own.
Sha256 bare_digest(JsonFields& fields, const char* name) { return digest<BlobDigest>(fields, name).value(); }

Fingerprint fingerprint(std::string_view text, const std::string& path) {
  auto parsed = Fingerprint::from(text);
  if (!parsed) wrong(path, "a fingerprint of 40 hex digits");
  return *std::move(parsed);
}

std::int64_t time(JsonFields& fields, const char* name) {
  const auto parsed = parse_utc_time(fields.text(name));
  if (!parsed) wrong(fields.path_of(name), "a time like 2026-01-01T00:00:00Z");
  return *parsed;
}

GenesisClaim decode_genesis(JsonFields& fields) {
  GenesisClaim claim{.image = fields.text("image"),
                     .teams = {},
                     .sealing_team = fields.text("sealingTeam"),
                     .nonce = fields.text("nonce")};
  for (const auto& [team, key] : fields.object("teams").items()) {
    const std::string path = fields.path_of("teams");
    if (!key.is_string()) wrong(path, "an object of strings");
    claim.teams.emplace(team, fingerprint(key.get_ref<const std::string&>(), path));
  }
  return claim;
}

LayerClaim decode_layer(JsonFields& fields) {
  LayerClaim claim{.diff_id = digest<DiffId>(fields, "diffId"),
                   .blob = digest<BlobDigest>(fields, "blob"),
                   .size = fields.number("size"),
                   .media_type = fields.text("mediaType"),
                   .stage_recipe = bare_digest(fields, "stageRecipe"),
                   .inputs = {},
                   .position = fields.number("position"),
                   .parent_chain = optional_digest<ChainId>(fields, "parentChain"),
                   .chain = digest<ChainId>(fields, "chain")};
  for (const auto& [name, value] : fields.object("inputs").items()) {
    if (!value.is_string()) wrong(fields.path_of("inputs"), "an object of strings");
    claim.inputs.emplace(name, value.get<std::string>());
  }
  return claim;
}

StampVerdict decode_verdict(JsonFields& fields) {
  const std::string& text = fields.text("verdict");
  if (text == "pass") return StampVerdict::pass;
  if (text == "fail") return StampVerdict::fail;
  wrong(fields.path_of("verdict"), "'pass' or 'fail'");
}

CountersignClaim decode_countersign(JsonFields& fields) {
  CountersignClaim claim{.target = digest<EntryId>(fields, "target"),
                         .verdict = decode_verdict(fields),
                         .reason = fields.text("reason"),
                         .evidence = {},
                         .expires = std::nullopt};
  if (fields.has("expires")) claim.expires = time(fields, "expires");
  for (const Json& each : fields.list("evidence")) {
    JsonFields file(each, fields.path_of("evidence"));
    claim.evidence.push_back(
        {.name = file.text("name"), .digest = bare_digest(file, "digest"), .size = file.number("size")});
    file.finish();
  }
  return claim;
}

SealClaim decode_seal(JsonFields& fields) {
  SealClaim claim{.image = fields.text("image"),
                  .tags = texts(fields.any("tags"), fields.path_of("tags")),
                  .platform = fields.text("platform"),
                  .manifest = digest<BlobDigest>(fields, "manifest"),
                  .config = digest<BlobDigest>(fields, "config"),
                  .layers = {},
                  .contract = {},
                  .tests = optional_digest<BlobDigest>(fields, "tests"),
                  .tests_result = fields.text("testsResult"),
                  .log_size = fields.number("logSize"),
                  .log_root = bare_digest(fields, "logRoot")};
  for (const Json& each : fields.list("layers")) {
    JsonFields layer(each, fields.path_of("layers"));
    claim.layers.push_back(
        {.diff_id = digest<DiffId>(layer, "diffId"), .entry = digest<EntryId>(layer, "entry")});
    layer.finish();
  }
  for (const auto& [team, globs] : fields.object("contract").items()) {
    claim.contract.emplace(team, texts(globs, fields.path_of("contract")));
  }
  return claim;
}

Claim decode_claim(std::string_view type, const Json& json) {
  if (!type.starts_with(predicate_prefix)) {
    throw verdict_error("statement-kind: predicate type '{}' is not of compose", printable(type));
  }
  const std::string_view kind = type.substr(predicate_prefix.size());
  JsonFields fields(json, "predicate.claim");
  const auto decoded = [&]() -> Claim {
    if (kind == "genesis") return decode_genesis(fields);
    if (kind == "layer") return decode_layer(fields);
    if (kind == "countersign") return decode_countersign(fields);
    if (kind == "seal") return decode_seal(fields);
    throw verdict_error("statement-kind: '{}' is not known", printable(kind));
  }();
  fields.finish();
  return decoded;
}

CustodyStatement decode_predicate(std::string_view type, const Json& json) {
  JsonFields fields(json, "predicate");
  CustodyHeader header{.custody = optional_digest<EntryId>(fields, "custody"),
                       .team = fields.text("team"),
                       .stage = fields.has("stage") ? fields.text("stage") : "",
                       .parents = {},
                       .claimed_time = time(fields, "claimedTime")};
  for (const std::string& each : texts(fields.any("parents"), fields.path_of("parents"))) {
    header.parents.push_back(digest<EntryId>(each, fields.path_of("parents")));
  }
  CustodyStatement statement{
      .header = std::move(header),
      .signing_key = fingerprint(fields.text("signingKey"), fields.path_of("signingKey")),
      .primary_key = fingerprint(fields.text("primaryKey"), fields.path_of("primaryKey")),
      .claim = decode_claim(type, fields.any("claim"))};
  fields.finish();
  return statement;
}

}  // namespace

CustodyStatement decode_statement(std::string_view payload) {
  const Json parsed =
      with_context([&] { return parse_strict_json(payload, statement_limits); }, "statement-json");
  JsonFields fields(parsed, "");
  if (fields.text("_type") != statement_type) {
    throw verdict_error("statement-type: '{}' is not {}", printable(fields.text("_type")), statement_type);
  }
  CustodyStatement statement = decode_predicate(fields.text("predicateType"), fields.any("predicate"));
  const Json& subjects = fields.list("subject");
  fields.finish();
  if (const auto fault = statement_fault(statement)) throw verdict_error("statement-value: {}", *fault);
  if (subjects != Json::array({encode_subject(statement.claim)})) {
    throw verdict_error("statement-subject: it does not agree with the claim");
  }
  if (encode_statement(statement) != payload) {
    throw verdict_error("statement-spelling: not the one canonical spelling of what it says");
  }
  return statement;
}

}  // namespace compose
