#include <catch2/catch.hpp>

#include "golden_recipe.hpp"
#include "recipes/parse_policy.hpp"

using namespace compose;

namespace {

constexpr std::string_view ops_key = "ad7f8ddcd3180e2972008811984df844179cb99c";

TrustPolicy parse(const std::string& text) { return parse_policy(text, golden_folder() / "policy.toml"); }

}  // namespace

TEST_CASE("parse_policy: everything that a policy says", "[recipes][policy]") {
  const std::string text = golden_text("policy.toml");
  const TrustPolicy policy = parse_policy_file(golden_folder() / "policy.toml");
  CHECK(policy.file == golden_folder() / "policy.toml");
  CHECK(policy.digest == sha256(text));
  CHECK(policy.image_name == "shop/web");
  REQUIRE(policy.principals.size() == 3);
  const Principal& olga = policy.principals.at("olga");
  CHECK(olga.name == "olga");
  REQUIRE(olga.keys.size() == 1);
  CHECK(olga.keys[0].origin == "keys/ops.asc");
  CHECK(olga.keys[0].certificate == golden_text("keys/ops.asc"));
  CHECK_FALSE(olga.keys[0].pinned);
  CHECK(policy.teams.at("security") == std::vector<std::string>{"sam"});
  REQUIRE(policy.requirements.size() == 1);
  const Requirement& rule = policy.requirements[0];
  CHECK(rule.stage == "base");
  CHECK(rule.signed_by == "ops");
  CHECK(rule.threshold == 1);
  CHECK(rule.countersigned_by == "security");
  CHECK(rule.countersign_threshold == 1);
  CHECK(rule.may_write == std::vector<std::string>{"/**"});
  CHECK(policy.seal_signed_by == "release");
  CHECK(policy.log_signed_by.empty());
}

TEST_CASE("parse_policy: the three spellings of a key", "[recipes][policy]") {
  const std::string text = golden_text("policy.toml");
  const std::string file = "\"keys/ops.asc\"";
  const TrustPolicy pinned = parse(edited(text, file, fmt::format("\"keys/ops.asc#{}\"", ops_key)));
  CHECK(pinned.principals.at("olga").keys[0].pinned->hex() == ops_key);
  CHECK_FALSE(pinned.principals.at("olga").keys[0].certificate.empty());
  const TrustPolicy bare = parse(edited(text, file, fmt::format("\"{}\"", ops_key)));
  CHECK(bare.principals.at("olga").keys[0].pinned->hex() == ops_key);
  CHECK(bare.principals.at("olga").keys[0].certificate.empty());
}

TEST_CASE("parse_policy: a bare fingerprint and a file can be one key", "[recipes][policy]") {
  const std::string text =
      edited(golden_text("policy.toml"), "\"keys/release.asc\"", fmt::format("\"{}\"", ops_key));
  CHECK_THROWS_WITH(parse(text), Catch::Matchers::Contains("one key stands for one person"));
}

TEST_CASE("parse_policy: whose checkpoints count besides", "[recipes][policy]") {
  const std::string text = golden_text("policy.toml");
  CHECK(parse(text + "[log]\nsigned_by = \"ops\"\n").log_signed_by == std::vector<std::string>{"ops"});
  CHECK(parse(text + "[log]\nsigned_by = [\"ops\", \"security\"]\n").log_signed_by ==
        std::vector<std::string>{"ops", "security"});
}

TEST_CASE("parse_policy: thresholds that people can reach", "[recipes][policy]") {
  std::string text = edited(golden_text("policy.toml"), "ops = [\"olga\"]", "ops = [\"olga\", \"rita\"]");
  CHECK(parse(edited(text, "\nthreshold = 1", "\nthreshold = 2")).requirements[0].threshold == 2);
  CHECK_THROWS_AS(parse(edited(text, "\nthreshold = 1", "\nthreshold = 3")), Error);
  // Of two people who author and countersign, one is left to countersign the other.
  text = edited(text, "countersigned_by = \"security\"", "countersigned_by = \"ops\"");
  CHECK_NOTHROW(parse(text));
  CHECK_THROWS_AS(parse(edited(text, "countersign_threshold = 1", "countersign_threshold = 2")), Error);
  // An author from outside leaves both.
  text = edited(text, "signed_by = \"ops\"\nthreshold", "signed_by = \"release\"\nthreshold");
  text = edited(text, "release = [\"rita\"]", "release = [\"sam\"]");
  CHECK(parse(edited(text, "countersign_threshold = 1", "countersign_threshold = 2"))
            .requirements[0]
            .countersign_threshold == 2);
}

TEST_CASE("parse_policy: the rule for all other stages", "[recipes][policy]") {
  const TrustPolicy policy =
      parse(golden_text("policy.toml") + "[[require]]\nstage = \"*\"\nsigned_by = \"release\"\n");
  REQUIRE(policy.requirements.size() == 2);
  CHECK(policy.requirements[1].stage == "*");
  CHECK(policy.requirements[1].threshold == 1);
  CHECK_FALSE(policy.requirements[1].may_write);
  CHECK_FALSE(policy.requirements[1].countersigned_by);
}
