#include "tests/unit/signer/custody_story.hpp"

#include <algorithm>
#include <ctime>

#include "signer/merkle.hpp"

namespace compose::test {

namespace {

Sha256 hash(const std::string& text) { return sha256(text); }

ImageFacts good_image() {
  ImageFacts image{.manifest = BlobDigest(hash("manifest")),
                   .config = BlobDigest(hash("config")),
                   .platform = "linux/amd64",
                   .layers = {},
                   .custody_required = true,
                   .tag = "1.0",
                   .tests = {},
                   .marked_unsigned = false,
                   .custody_fault = {}};
  for (int i = 0; i < 4; ++i) {
    image.layers.push_back({DiffId(hash(fmt::format("diff {}", i))),
                            BlobDigest(hash(fmt::format("blob {}", i))), 100,
                            "application/vnd.oci.image.layer.v1.tar+zstd"});
  }
  return image;
}

class Teller {
 public:
  explicit Teller(const Script& script) : script_(script), story_{good_image(), {}, {}, {}} {}

  Story tell() {
    story_.options.now = std::time(nullptr);
    story_.bundle.tests = "tests";
    make_policy();
    const EntryId genesis = begin();
    std::vector<EntryId> layers;
    for (std::size_t i = 0; i < 4; ++i) layers.push_back(vouch(i, i == 0 ? genesis : layers.back()));
    seal(layers);
    story_.sign_log(person("checkpoint", "rita"));
    return std::move(story_);
  }

 private:
  std::string person(const std::string& part, const std::string& usual) const {
    const auto found = script_.by.find(part);
    return found == script_.by.end() ? usual : found->second;
  }

  EntryId add(const std::string& part, const std::string& usual, const CustodyHeader& header,
              const Claim& claim) {
    CustodyEntry entry = sign_entry(header, claim, Cast::get().signer(person(part, usual)));
    const EntryId id = entry.id;
    if (script_.mangle) script_.mangle(part, entry);
    story_.log(std::move(entry));
    return id;
  }

  CustodyHeader header(const std::string& team, const std::string& stage,
                       std::vector<EntryId> parents) const {
    CustodyHeader made{
        .custody = {}, .team = team, .stage = stage, .parents = std::move(parents), .claimed_time = 1};
    if (!story_.bundle.entries.empty()) made.custody = story_.custody();
    return made;
  }

  void make_policy() {
    TrustPolicy& policy = story_.policy;
    policy.file = "policy.toml";
    policy.image_name = "shop/web";
    const std::map<std::string, std::string> teams{
        {"olga", "ops"},     {"otto", "ops"},     {"ruth", "runtime"}, {"anna", "app"},
        {"rita", "release"}, {"sam", "security"}, {"sue", "security"}};
    for (const auto& [name, team] : teams) story_.trust(name, team);
    for (const char* stage : {"base", "runtime", "*"}) {
      Requirement rule;
      rule.stage = stage;
      rule.signed_by = rule.stage == "base" ? "ops" : rule.stage == "runtime" ? "runtime" : "app";
      policy.requirements.push_back(rule);
    }
    policy.seal_signed_by = "release";
  }

  EntryId begin() {
    const Fingerprint key = Cast::get().primary(person("genesis", "rita"));
    GenesisClaim claim{"shop/web", {{"release", key}}, "release", std::string(32, '7')};
    CustodyHeader made = header("release", "", {});
    if (script_.genesis) script_.genesis(claim, made);
    return add("genesis", "rita", made, claim);
  }

  EntryId vouch(std::size_t i, const EntryId& parent) {
    static const std::vector<std::vector<std::string>> parts{{"base", "ops", "olga"},
                                                             {"base", "ops", "olga"},
                                                             {"runtime", "runtime", "ruth"},
                                                             {"app", "app", "anna"}};
    const ImageFacts::Layer& layer = story_.image.layers[i];
    LayerClaim claim{.diff_id = layer.diff_id,
                     .blob = layer.blob,
                     .size = layer.size,
                     .media_type = layer.media_type,
                     .stage_recipe = hash("recipe"),
                     .inputs = {},
                     .position = i,
                     .parent_chain = chain_,
                     .chain = chain_of(chain_, layer.diff_id)};
    CustodyHeader made = header(parts[i][1], parts[i][0], {parent});
    if (script_.layer) script_.layer(i, claim, made);
    chain_ = chain_of(chain_, layer.diff_id);
    return add(fmt::format("layer {}", i), parts[i][2], made, claim);
  }

  void seal(const std::vector<EntryId>& layers) {
    const CustodyBundle& bundle = story_.bundle;
    SealClaim claim{
        .image = "shop/web",
        .tags = {"1.0", "latest"},
        .platform = "linux/amd64",
        .manifest = story_.image.manifest,
        .config = story_.image.config,
        .layers = {},
        .contract = {{"ops", {"/**"}}, {"runtime", {"/opt/runtime/**"}}, {"app", {"/srv/app/**"}}},
        .tests = BlobDigest(hash("tests")),
        .tests_result = "passed",
        .log_size = bundle.leaves.size(),
        .log_root = tree_root(bundle.leaves)};
    for (std::size_t i = 0; i < layers.size(); ++i) {
      claim.layers.push_back({story_.image.layers[i].diff_id, layers[i]});
    }
    CustodyHeader made = header("release", "", layers);
    if (script_.seal) script_.seal(claim, made);
    add("seal", "rita", made, claim);
  }

  const Script& script_;
  Story story_;
  std::optional<ChainId> chain_;
};

}  // namespace

Cast& Cast::get() {
  static Cast cast;
  return cast;
}

const Fingerprint& Cast::primary(const std::string& person) {
  const auto found = primaries_.find(person);
  if (found != primaries_.end()) return found->second;
  return primaries_.emplace(person, keys.make(person, options_[person])).first->second;
}

const Signer& Cast::signer(const std::string& person) {
  std::unique_ptr<Signer>& signer = signers_[person];
  if (!signer) signer = open_signer(primary(person));
  return *signer;
}

std::string Cast::certificate(const std::string& person) { return keys.certificate(primary(person)); }

std::set<std::string> codes(const Findings& findings) {
  std::set<std::string> found;
  for (const Finding& each : findings) found.insert(each.code);
  return found;
}

std::set<std::string> Story::findings() const { return codes(verify().findings); }
std::set<std::string> Story::notices() const { return codes(verify().notices); }

void Story::log(CustodyEntry entry) {
  bundle.leaves.push_back(leaf_hash(entry.line));
  bundle.entries.push_back({bundle.leaves.size() - 1, std::move(entry)});
}

EntryId Story::log(const CustodyHeader& header, const Claim& claim, const Signer& signer) {
  log(sign_entry(header, claim, signer));
  return bundle.entries.back().entry.id;
}

void Story::sign_log(const std::string& person) {
  const Checkpoint checkpoint{checkpoint_origin(custody()), bundle.leaves.size(), tree_root(bundle.leaves)};
  bundle.checkpoints.push_back(sign_checkpoint(checkpoint, Cast::get().signer(person)));
}

namespace {

CustodyEntry make_stamp(const Story& story, std::size_t target, const std::string& person,
                        const std::string& team, StampVerdict verdict, std::optional<std::int64_t> expires) {
  const EntryId id = story.entry(target);
  const CustodyHeader header{.custody = story.custody(),
                             .team = team,
                             .stage = story.bundle.entries.at(target).entry.statement.header.stage,
                             .parents = {id},
                             .claimed_time = 2};
  return sign_entry(header, CountersignClaim{id, verdict, "looked at", {}, expires},
                    Cast::get().signer(person));
}

}  // namespace

EntryId Story::stamp(std::size_t target, const std::string& person, const std::string& team,
                     StampVerdict verdict, std::optional<std::int64_t> expires) {
  log(make_stamp(*this, target, person, team, verdict, expires));
  sign_log("rita");
  return bundle.entries.back().entry.id;
}

void Story::stamp_unlogged(std::size_t target, const std::string& person, const std::string& team) {
  bundle.entries.push_back({std::nullopt, make_stamp(*this, target, person, team, StampVerdict::pass, {})});
}

Requirement& Story::rule(const std::string& stage) {
  return *std::find_if(policy.requirements.begin(), policy.requirements.end(),
                       [&](const Requirement& each) { return each.stage == stage; });
}

void Story::trust(const std::string& person, const std::string& team) {
  Principal& principal = policy.principals[person];
  principal.name = person;
  if (principal.keys.empty()) {
    principal.keys.push_back({person + ".asc", Cast::get().certificate(person), Cast::get().primary(person)});
  }
  policy.teams[team].push_back(person);
}

Story tell(const Script& script) { return Teller(script).tell(); }

Story good_story() {
  static const Story story = tell();
  return story;
}

}  // namespace compose::test
