// The judge on people: thresholds, countersignatures and keys.
#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/unit/signer/custody_story.hpp"

using namespace compose;
using namespace compose::test;

using Codes = std::set<std::string>;

namespace {

// The good story where ruth of runtime is `person` instead.
Story story_with(const std::string& person) {
  Story story = tell({.by = {{"layer 2", person}}});
  story.policy.teams["runtime"].clear();
  story.trust(person, "runtime");
  return story;
}

}  // namespace

TEST_CASE("verify_custody: a threshold counts people", "[signer][verify][people]") {
  Story story = good_story();
  story.rule("runtime").threshold = 2;
  story.trust("otto", "runtime");
  CHECK(story.findings() == Codes{"threshold"});
  SECTION("a colleague makes two") {
    story.stamp(3, "otto", "runtime");
    CHECK(story.findings().empty());
    const CustodyReport report = story.verify();
    REQUIRE(report.stages[1].countersigned.size() == 1);
    CHECK(report.stages[1].countersigned[0].principal == "otto");
    CHECK(report.stages[1].satisfied);
  }
  SECTION("the author does not") {
    story.stamp(3, "ruth", "runtime");
    CHECK(story.findings() == Codes{"countersign-self", "threshold"});
  }
  SECTION("nor does anybody twice") {
    story.rule("runtime").threshold = 3;
    story.stamp(3, "otto", "runtime");
    story.stamp(3, "otto", "runtime", StampVerdict::pass, story.options.now + 1000);
    CHECK(story.findings() == Codes{"duplicate-signature", "threshold"});
    story.rule("runtime").threshold = 2;
    CHECK(story.findings().empty());
    CHECK(story.notices().contains("duplicate-signature"));
  }
  SECTION("nor the same entry twice") {
    story.rule("runtime").threshold = 3;
    story.stamp(3, "otto", "runtime");
    BundledEntry copy = story.bundle.entries.back();
    copy.index.reset();
    story.bundle.entries.push_back(copy);
    CHECK(story.findings() == Codes{"duplicate-signature", "threshold"});
  }
  SECTION("nor two keys of one person") {
    story.rule("runtime").threshold = 3;
    Principal& otto = story.policy.principals["otto"];
    otto.keys.push_back(
        {"second", Cast::get().certificate("otto-laptop"), Cast::get().primary("otto-laptop")});
    story.stamp(3, "otto", "runtime");
    story.stamp(3, "otto-laptop", "runtime");
    CHECK(story.findings() == Codes{"duplicate-signature", "threshold"});
  }
  SECTION("nor a subkey beside its primary key") {
    story.rule("runtime").threshold = 3;
    story.trust("subina", "runtime");
    const Fingerprint& primary = Cast::get().primary("subina");
    story.stamp(3, "subina", "runtime");
    const Fingerprint subkey = Cast::get().keys.add_subkey(primary);
    const auto signer = open_signer(primary);
    REQUIRE(signer->key() == subkey);
    story.policy.principals["subina"].keys[0].certificate = Cast::get().certificate("subina");
    const CustodyHeader& header = story.bundle.entries.back().entry.statement.header;
    CountersignClaim claim{story.entry(3), StampVerdict::pass, "again, with the subkey", {}, {}};
    story.log(header, claim, *signer);
    story.sign_log("rita");
    CHECK(story.findings() == Codes{"duplicate-signature", "threshold"});
  }
  SECTION("nor another team's member") {
    story.stamp(3, "sam", "security");
    CHECK(story.findings() == Codes{"threshold"});
    story.stamp(3, "sam", "runtime");
    CHECK(story.findings() == Codes{"signer-team", "threshold"});
  }
  SECTION("nor a stranger") {
    story.stamp(3, "mallory", "runtime");
    CHECK(story.findings() == Codes{"signer-unknown", "threshold"});
  }
}

TEST_CASE("verify_custody: a countersignature by another team", "[signer][verify][people]") {
  Story story = good_story();
  Requirement& rule = story.rule("base");
  rule.countersigned_by = "security";
  CHECK(story.findings() == Codes{"countersign-missing"});
  SECTION("is needed for every layer of the stage") {
    story.stamp(1, "sam", "security");
    CHECK(story.findings() == Codes{"countersign-missing"});
    story.stamp(2, "sam", "security");
    CHECK(story.findings().empty());
    rule.countersign_threshold = 2;
    CHECK(story.findings() == Codes{"countersign-missing"});
    story.stamp(1, "sue", "security");
    story.stamp(2, "sue", "security");
    CHECK(story.findings().empty());
    CHECK(story.verify().stages[0].countersigned.size() == 2);
    CHECK(codes(story.verify().notices) == Codes{"freshness-unproven"});
  }
  SECTION("counts outside of the log, and is told") {
    story.stamp_unlogged(1, "sam", "security");
    story.stamp_unlogged(2, "sam", "security");
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"freshness-unproven", "not-in-log"});
  }
  SECTION("ends when it says") {
    story.stamp(1, "sam", "security", StampVerdict::pass, story.options.now + 100);
    story.stamp(2, "sam", "security", StampVerdict::pass, story.options.now + 100);
    CHECK(story.findings().empty());
    story.options.now += 100;
    CHECK(story.findings() == Codes{"countersign-expired", "countersign-missing"});
    rule.countersigned_by.reset();
    CHECK(story.findings().empty());
  }
  SECTION("by the author in another role is none") {
    story.trust("olga", "security");
    story.stamp(1, "olga", "security");
    story.stamp(2, "sam", "security");
    CHECK(story.findings() == Codes{"countersign-missing", "countersign-self"});
  }
}

TEST_CASE("verify_custody: objections", "[signer][verify][people]") {
  Story story = good_story();
  SECTION("of a required team") {
    story.rule("base").countersigned_by = "security";
    story.stamp(1, "sam", "security");
    story.stamp(2, "sam", "security");
    story.stamp(2, "sue", "security", StampVerdict::fail);
    CHECK(story.findings() == Codes{"countersign-fail"});
    CHECK_FALSE(story.verify().stages[0].satisfied);
    CHECK(story.verify().stages[1].satisfied);
  }
  SECTION("of the owner's team, which stay when their date has passed") {
    story.stamp(2, "otto", "ops", StampVerdict::fail, story.options.now - 1);
    CHECK(story.findings() == Codes{"countersign-fail"});
    story.stamp(2, "otto", "ops");
    CHECK(story.findings() == Codes{"countersign-fail"});
  }
  SECTION("of others") {
    story.stamp(2, "sam", "security", StampVerdict::fail);
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"countersign-fail", "freshness-unproven"});
  }
  SECTION("in another team's name") {
    story.stamp(2, "sam", "ops", StampVerdict::fail);
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"freshness-unproven", "signer-team"});
  }
}

TEST_CASE("verify_custody: evidence that was left behind is told", "[signer][verify][people]") {
  Story story = good_story();
  const CustodyHeader header{
      .custody = story.custody(), .team = "ops", .stage = "base", .parents = {}, .claimed_time = 2};
  CountersignClaim claim{story.entry(2), StampVerdict::pass, "scanned", {}, {}};
  claim.evidence.push_back({"scan.txt", sha256(std::string_view("clean")), 5});
  story.log(header, claim, Cast::get().signer("otto"));
  story.sign_log("rita");
  CHECK(story.notices() == Codes{"evidence-missing", "freshness-unproven"});
  story.bundle.evidence.push_back("clean");
  CHECK(story.notices() == Codes{"freshness-unproven"});
}

TEST_CASE("verify_custody: keys are judged as of now", "[signer][verify][keys]") {
  SECTION("expired") {
    Cast::get().describe("ernie", {.expires = "1d"});
    Story story = story_with("ernie");
    CHECK(story.findings().empty());
    story.options.now += 2 * 86400;
    CHECK(story.findings() == Codes{"key-expired"});
    CHECK(story.verify().stages[1].author.why_not == "the key has expired");
  }
  SECTION("revoked, in the policy's file") {
    Story story = story_with("rhea");
    Cast::get().keys.revoke(Cast::get().primary("rhea"));
    CHECK(story.findings().empty());
    story.policy.principals["rhea"].keys[0].certificate = Cast::get().certificate("rhea");
    CHECK(story.findings() == Codes{"key-revoked"});
  }
  SECTION("revoked, as the bundle knows") {
    Story story = story_with("rufus");
    Cast::get().keys.revoke(Cast::get().primary("rufus"));
    story.bundle.certificates.push_back(Cast::get().certificate("rufus"));
    CHECK(story.findings() == Codes{"key-revoked"});
  }
  SECTION("extended only in the bundle") {
    Cast::get().describe("elsa", {.expires = "1d"});
    Story story = story_with("elsa");
    Cast::get().keys.set_expiry(Cast::get().primary("elsa"), "1y");
    story.bundle.certificates.push_back(Cast::get().certificate("elsa"));
    story.options.now += 2 * 86400;
    CHECK(story.findings() == Codes{"key-expired"});
  }
  SECTION("weak") {
    Cast::get().describe("wes", {.algorithm = "rsa1024"});
    CHECK(story_with("wes").findings() == Codes{"key-weak"});
  }
  SECTION("signed in the future") {
    Story story = good_story();
    story.options.now -= 86400;
    CHECK(story.findings() == Codes{"entry-not-logged", "signature-time"});
  }
}

TEST_CASE("verify_custody: how a policy names keys", "[signer][verify][keys]") {
  Story story = good_story();
  TrustedKey& key = story.policy.principals["ruth"].keys[0];
  SECTION("an unpinned file is told") {
    key.pinned.reset();
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"freshness-unproven", "key-unpinned"});
  }
  SECTION("an unpinned file of two is refused") {
    key.pinned.reset();
    key.certificate += Cast::get().certificate("sam");
    CHECK_THROWS_WITH(story.verify(), Catch::Contains("holds 2 certificates"));
  }
  SECTION("a pin trusts one of two") {
    key.certificate += Cast::get().certificate("mallory");
    CHECK(story.findings().empty());
    Story forged = tell({.by = {{"layer 2", "mallory"}}});
    forged.policy.principals["ruth"].keys[0] = key;
    CHECK(forged.findings() == Codes{"signer-unknown"});
  }
  SECTION("a pin of a key that is not there is refused") {
    key.pinned = Cast::get().primary("mallory");
    CHECK_THROWS_WITH(story.verify(), Catch::Contains("ruth.asc: holds no key"));
  }
  SECTION("a fingerprint alone takes the certificate that came along") {
    key.certificate.clear();
    CHECK(story.findings() == Codes{"signer-unknown"});
    CHECK(story.notices().contains("key-absent"));
    story.bundle.certificates.push_back(Cast::get().certificate("ruth"));
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"freshness-unproven"});
  }
  SECTION("a key of two people") {
    story.policy.principals["anna"].keys.push_back(key);
    CHECK(story.findings() == Codes{"key-shared", "signer-team"});
  }
  SECTION("a person in two teams") {
    story.trust("ruth", "ops");
    CHECK(story.findings().empty());
  }
  SECTION("rubbish among the bundle's certificates") {
    story.bundle.certificates = {"rubbish", "", Cast::get().certificate("ruth"), std::string(2u << 20, 'x')};
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"certificate-unreadable", "freshness-unproven"});
  }
}
