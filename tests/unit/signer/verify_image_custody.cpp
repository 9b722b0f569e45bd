// The judge on seals, layers and stages: what was made of the image.
#include <catch2/catch.hpp>

#include "signer/merkle.hpp"
#include "tests/unit/signer/custody_story.hpp"

using namespace compose;
using namespace compose::test;

using Codes = std::set<std::string>;

namespace {

Sha256 hash(const std::string& text) { return sha256(text); }

Codes sealed_otherwise(const std::function<void(SealClaim&)>& change) {
  Script script;
  script.seal = [&](SealClaim& claim, CustodyHeader&) { change(claim); };
  return tell(script).findings();
}

Codes vouched_otherwise(std::size_t layer, const std::function<void(LayerClaim&, CustodyHeader&)>& change) {
  Script script;
  script.layer = [&](std::size_t i, LayerClaim& claim, CustodyHeader& header) {
    if (i == layer) change(claim, header);
  };
  return tell(script).findings();
}

ImageFacts::Layer extra_layer() {
  return {DiffId(hash("extra diff")), BlobDigest(hash("extra blob")), 5,
          "application/vnd.oci.image.layer.v1.tar+zstd"};
}

}  // namespace

TEST_CASE("verify_custody: the seal against the image", "[signer][verify][seal]") {
  Story story = good_story();
  SECTION("the configuration edited and hashed all the way up") {
    story.image.config = BlobDigest(hash("another entrypoint"));
    story.image.manifest = BlobDigest(hash("another manifest"));
    CHECK(story.findings() == Codes{"seal-config", "seal-manifest"});
    CHECK_FALSE(story.verify().sealed);
  }
  SECTION("the annotation removed") {
    story.image.custody_required = false;
    story.image.manifest = BlobDigest(hash("another manifest"));
    CHECK(story.findings() == Codes{"annotation-missing", "seal-manifest"});
  }
  SECTION("another tag") {
    story.image.tag = "2.0";
    CHECK(story.findings() == Codes{"seal-tag"});
  }
  SECTION("one of its other tags, and none") {
    story.image.tag = "latest";
    CHECK(story.findings().empty());
    story.image.tag.reset();
    CHECK(story.findings().empty());
  }
  SECTION("another platform") {
    story.image.platform = "linux/arm64";
    CHECK(story.findings() == Codes{"seal-platform"});
  }
  SECTION("other tests") {
    story.bundle.tests = "easier tests";
    CHECK(story.findings() == Codes{"tests-digest"});
    story.bundle.tests.reset();
    CHECK(story.findings() == Codes{"tests-digest"});
    story.image.tests = hash("tests");
    CHECK(story.findings().empty());
  }
  SECTION("another image's policy") {
    story.policy.image_name = "shop/api";
    CHECK(story.findings() == Codes{"genesis-image", "seal-image"});
  }
}

TEST_CASE("verify_custody: seals that say something else", "[signer][verify][seal]") {
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.image = "shop/api"; }) == Codes{"seal-image"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.manifest = BlobDigest(hash("x")); }) ==
        Codes{"seal-manifest"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.tests.reset(), claim.tests_result = "none"; }) ==
        Codes{"tests-digest"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.log_size = 4; }) == Codes{"seal-log"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.log_size = 6; }) == Codes{"seal-log"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.log_size = 1u << 30; }) == Codes{"seal-log"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.log_root = hash("x"); }) == Codes{"seal-log"});
}

TEST_CASE("verify_custody: tests that were skipped are told", "[signer][verify][seal]") {
  const Story story =
      tell({.seal = [](SealClaim& claim, CustodyHeader&) { claim.tests_result = "skipped"; }});
  CHECK(story.findings().empty());
  CHECK(story.notices().contains("tests-skipped"));
}

TEST_CASE("verify_custody: of several seals the best one counts", "[signer][verify][seal]") {
  Story story = good_story();
  const CustodyStatement sealed = story.bundle.entries.back().entry.statement;
  SealClaim claim = std::get<SealClaim>(sealed.claim);
  claim.log_size = story.bundle.leaves.size();
  claim.log_root = tree_root(story.bundle.leaves);
  claim.tags = {"2.0"};
  SECTION("the one with the tag that was asked for") {
    story.log(sealed.header, claim, Cast::get().signer("rita"));
    story.sign_log("rita");
    CHECK(story.findings().empty());
    story.image.tag = "2.0";
    CHECK(story.findings().empty());
    CHECK(story.verify().sealed->tags == std::vector<std::string>{"2.0"});
    story.image.tag = "3.0";
    CHECK(story.findings() == Codes{"seal-tag"});
  }
  SECTION("not a stranger's, who cannot spoil it either") {
    story.log(sealed.header, claim, Cast::get().signer("mallory"));
    story.sign_log("rita");
    CHECK(story.findings().empty());
    story.image.tag = "2.0";
    CHECK(story.findings() == Codes{"seal-tag"});
  }
  SECTION("another image's seal in the same log says nothing of this one") {
    claim.manifest = BlobDigest(hash("version 2"));
    story.log(sealed.header, claim, Cast::get().signer("rita"));
    story.sign_log("rita");
    CHECK(story.findings().empty());
    story.image.tag = "2.0";
    CHECK(story.findings() == Codes{"seal-tag"});
  }
}

TEST_CASE("verify_custody: layers that are not the sealed ones", "[signer][verify][layers]") {
  Story story = good_story();
  std::vector<ImageFacts::Layer>& layers = story.image.layers;
  SECTION("added on top") {
    layers.push_back(extra_layer());
    CHECK(story.findings() == Codes{"layer-added"});
    CHECK(story.verify().layer_stage.back().empty());
  }
  SECTION("added below") {
    layers.insert(layers.begin(), extra_layer());
    CHECK(story.findings() == Codes{"layer-added"});
    CHECK(story.verify().layer_stage == std::vector<std::string>{"", "base", "base", "runtime", "app"});
  }
  SECTION("one of them twice") {
    layers.push_back(layers[0]);
    CHECK(story.findings() == Codes{"layer-added"});
  }
  SECTION("dropped") {
    layers.erase(layers.begin() + 1);
    CHECK(story.findings() == Codes{"layer-missing"});
  }
  SECTION("all dropped") {
    layers.clear();
    CHECK(story.findings() == Codes{"layer-missing"});
  }
  SECTION("swapped") {
    std::swap(layers[1], layers[2]);
    CHECK(story.findings() == Codes{"layer-order"});
  }
  SECTION("replaced") {
    layers[2] = extra_layer();
    CHECK(story.findings() == Codes{"layer-added", "layer-missing"});
    CHECK(story.verify().layer_team[2].empty());
  }
  SECTION("recompressed") {
    layers[2].blob = BlobDigest(hash("the same, as gzip"));
    layers[2].media_type = "application/vnd.oci.image.layer.v1.tar+gzip";
    CHECK(story.findings() == Codes{"layer-recompressed"});
  }
  SECTION("of another type or size") {
    layers[2].media_type = "application/vnd.oci.image.layer.v1.tar";
    CHECK(story.findings() == Codes{"layer-blob"});
    layers[2] = good_story().image.layers[2];
    layers[2].size = 101;
    CHECK(story.findings() == Codes{"layer-blob"});
    CHECK_FALSE(story.verify().stages[1].satisfied);
  }
}

TEST_CASE("verify_custody: entries that vouch for something else", "[signer][verify][layers]") {
  CHECK(vouched_otherwise(2, [](LayerClaim& claim, CustodyHeader&) { claim.position = 3; }) ==
        Codes{"layer-position"});
  CHECK(vouched_otherwise(2, [](LayerClaim& claim, CustodyHeader&) {
          claim.parent_chain = ChainId(hash("another base"));
          claim.chain = chain_of(claim.parent_chain, claim.diff_id);
        }) == Codes{"layer-chain"});
  CHECK(vouched_otherwise(2, [](LayerClaim& claim, CustodyHeader&) {
          claim.diff_id = DiffId(hash("another layer"));
          claim.chain = chain_of(claim.parent_chain, claim.diff_id);
        }) == Codes{"layer-chain", "layer-unvouched"});
  CHECK(sealed_otherwise([](SealClaim& claim) { claim.layers[2].entry = EntryId(hash("nowhere")); }) ==
        Codes{"layer-unvouched", "stage-missing"});
  CHECK(sealed_otherwise([](SealClaim& claim) {
          std::swap(claim.layers[2].entry, claim.layers[3].entry);
        }).contains("layer-unvouched"));
}

TEST_CASE("verify_custody: a seal does not vouch for a layer", "[signer][verify][layers]") {
  Story story = good_story();
  const CustodyStatement sealed = story.bundle.entries.back().entry.statement;
  SealClaim claim = std::get<SealClaim>(sealed.claim);
  claim.layers[3].entry = story.entry(0);
  claim.log_size = story.bundle.leaves.size();
  claim.log_root = tree_root(story.bundle.leaves);
  claim.tags = {"2.0"};
  story.log(sealed.header, claim, Cast::get().signer("rita"));
  story.sign_log("rita");
  story.image.tag = "2.0";
  CHECK(story.findings() == Codes{"layer-unvouched"});
}

TEST_CASE("verify_custody: stages against the policy's rules", "[signer][verify][stages]") {
  Story story = good_story();
  SECTION("no rule covers it") {
    story.policy.requirements.pop_back();
    CHECK(story.findings() == Codes{"stage-uncovered"});
    const CustodyReport report = story.verify();
    CHECK_FALSE(report.stages[2].satisfied);
    CHECK(report.stages[2].author.principal == "anna");
  }
  SECTION("a required one is missing") {
    Requirement rule = story.rule("runtime");
    rule.stage = "hardening";
    story.policy.requirements.push_back(rule);
    CHECK(story.findings() == Codes{"stage-missing"});
  }
  SECTION("the rule asks for another team") {
    story.rule("runtime").signed_by = "ops";
    CHECK(story.findings() == Codes{"signer-team"});
  }
  SECTION("the author has left the team") {
    story.policy.teams["runtime"] = {"otto"};
    CHECK(story.findings() == Codes{"signer-team"});
  }
}

TEST_CASE("verify_custody: a stage's layers lie together", "[signer][verify][stages]") {
  const Story story = tell({.by = {{"layer 2", "olga"}, {"layer 1", "ruth"}},
                            .layer = [](std::size_t i, LayerClaim&, CustodyHeader& header) {
                              if (i == 1) header.stage = header.team = "runtime";
                              if (i == 2) header.stage = "base", header.team = "ops";
                            }});
  CHECK(story.findings() == Codes{"layer-position"});
}

TEST_CASE("verify_custody: the contract of the seal against the policy's", "[signer][verify][stages]") {
  Story story = good_story();
  Requirement& rule = story.rule("runtime");
  rule.may_write = {"/opt/**"};
  CHECK(story.findings().empty());
  rule.may_write = {"/opt/runtime/bin/**", "/etc/**"};
  CHECK(story.findings() == Codes{"contract-wider"});
  rule.may_write = std::vector<std::string>{};
  CHECK(story.findings() == Codes{"contract-wider"});
  const Story without = [] {
    Story told = tell({.seal = [](SealClaim& claim, CustodyHeader&) { claim.contract.erase("runtime"); }});
    told.rule("runtime").may_write = {"/opt/**"};
    return told;
  }();
  CHECK(without.findings() == Codes{"contract-wider"});
}
