// The judge on the log: checkpoints and freshness.
#include <catch2/catch.hpp>

#include "signer/base64.hpp"
#include "signer/merkle.hpp"
#include "tests/unit/signer/custody_story.hpp"

using namespace compose;
using namespace compose::test;

using Codes = std::set<std::string>;

namespace {

CustodyLog log_of(const Story& story) {
  CustodyLog log;
  for (const BundledEntry& bundled : story.bundle.entries) log.entries.push_back(bundled.entry);
  log.leaves = story.bundle.leaves;
  log.checkpoint = story.bundle.checkpoints.back();
  return log;
}

// As if the last `count` entries had never been.
void forget(Story& story, std::size_t count) {
  story.bundle.leaves.resize(story.bundle.leaves.size() - count);
  story.bundle.entries.erase(story.bundle.entries.end() - static_cast<std::ptrdiff_t>(count),
                             story.bundle.entries.end());
}

}  // namespace

TEST_CASE("verify_custody: checkpoints must fit and come from the right people", "[signer][verify][log]") {
  Story story = good_story();
  std::vector<SignedCheckpoint>& checkpoints = story.bundle.checkpoints;
  SECTION("none") {
    checkpoints.clear();
    CHECK(story.findings() == Codes{"checkpoint-missing", "entry-not-logged"});
    CHECK_FALSE(story.verify().log);
  }
  SECTION("by another team") {
    checkpoints.clear();
    story.sign_log("ruth");
    CHECK(story.findings() == Codes{"checkpoint-signer", "entry-not-logged"});
    story.policy.log_signed_by = {"runtime"};
    CHECK(story.findings().empty());
  }
  SECTION("by a stranger") {
    checkpoints.clear();
    story.sign_log("mallory");
    CHECK(story.findings() == Codes{"checkpoint-signer", "entry-not-logged"});
  }
  SECTION("by another team over the right one's") {
    story.stamp(2, "otto", "ops");
    checkpoints.pop_back();
    story.sign_log("sam");
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"checkpoint-signer", "freshness-unproven", "not-in-log"});
    CHECK(story.verify().log->size == 6);
  }
  SECTION("unsigned") {
    checkpoints[0].note = checkpoints[0].text + "\n\xe2\x80\x94 witness " + to_base64("12345678") + "\n";
    CHECK(story.findings() == Codes{"checkpoint-signature", "entry-not-logged"});
  }
  SECTION("with the signature of another") {
    const SignedCheckpoint other = sign_checkpoint(
        {checkpoints[0].checkpoint.origin, 5, sha256(std::string_view("x"))}, Cast::get().signer("rita"));
    checkpoints[0].note = checkpoints[0].text + other.note.substr(other.text.size());
    CHECK(story.findings() == Codes{"checkpoint-signature", "entry-not-logged"});
  }
  SECTION("not a checkpoint") {
    checkpoints[0].note = "hello\n";
    CHECK(story.findings() == Codes{"checkpoint-malformed", "entry-not-logged", "leaves-mismatch"});
  }
  SECTION("of another log") {
    Checkpoint foreign = checkpoints[0].checkpoint;
    foreign.origin = checkpoint_origin(story.entry(1));
    checkpoints[0] = sign_checkpoint(foreign, Cast::get().signer("rita"));
    CHECK(story.findings() == Codes{"entry-not-logged", "foreign-entry"});
  }
  SECTION("leaves cut off") {
    forget(story, 1);
    CHECK(story.findings().contains("log-truncated"));
    CHECK(story.findings().contains("seal-missing"));
  }
  SECTION("leaves added") {
    story.bundle.leaves.push_back(sha256(std::string_view("x")));
    CHECK(story.findings() == Codes{"leaves-mismatch"});
  }
  SECTION("a leaf that no entry shows was changed") {
    story.stamp(2, "otto", "ops");
    story.bundle.entries.pop_back();
    CHECK(story.findings().empty());
    story.bundle.leaves.back() = sha256(std::string_view("x"));
    CHECK(story.findings() == Codes{"log-root"});
  }
  SECTION("two that have parted") {
    Checkpoint forked = checkpoints[0].checkpoint;
    forked.root = sha256(std::string_view("x"));
    checkpoints.push_back(sign_checkpoint(forked, Cast::get().signer("rita")));
    CHECK(story.findings() == Codes{"log-root"});
  }
  SECTION("more than anybody needs") {
    checkpoints.resize(300, checkpoints[0]);
    CHECK(story.findings().contains("custody-unreadable"));
  }
}

TEST_CASE("verify_custody: freshness against the log", "[signer][verify][freshness]") {
  Story story = good_story();
  CustodyLog log = log_of(story);
  story.options.log = &log;
  SECTION("the same") {
    CHECK(story.findings().empty());
    CHECK(story.notices().empty());
  }
  SECTION("an empty log, and a shorter one") {
    log = {};
    CHECK(story.findings().empty());
    log.leaves = {story.bundle.leaves.front()};
    CHECK(story.findings().empty());
  }
  SECTION("a longer log") {
    Story later = story;
    later.stamp(2, "otto", "ops", StampVerdict::fail);
    log = log_of(later);
    CHECK(story.findings() == Codes{"countersign-fail", "entry-missing", "stale-bundle"});
  }
  SECTION("an objection left out of a bundle with all leaves") {
    story.stamp(2, "otto", "ops", StampVerdict::fail);
    log = log_of(story);
    CHECK(story.findings() == Codes{"countersign-fail"});
    story.bundle.entries.pop_back();
    CHECK(story.findings() == Codes{"countersign-fail", "entry-missing"});
  }
  SECTION("a log that has parted") {
    log.leaves.back() = sha256(std::string_view("x"));
    CHECK(story.findings() == Codes{"log-fork"});
    log.leaves.push_back(sha256(std::string_view("y")));
    CHECK(story.findings() == Codes{"log-fork"});
  }
  SECTION("another image's log") {
    const Story other =
        tell({.genesis = [](GenesisClaim& claim, CustodyHeader&) { claim.nonce = std::string(32, '8'); }});
    log = log_of(other);
    CHECK(story.findings() == Codes{"log-custody"});
  }
}

TEST_CASE("verify_custody: freshness against what was seen", "[signer][verify][freshness]") {
  Story story = good_story();
  SeenLog seen = *story.verify().log;
  story.options.seen = &seen;
  SECTION("the same, and more") {
    CHECK(story.findings().empty());
    CHECK(story.notices().empty());
    story.stamp(2, "otto", "ops");
    CHECK(story.findings().empty());
    CHECK(story.verify().log->size == 7);
  }
  SECTION("less") {
    seen.size = 7;
    CHECK(story.findings() == Codes{"stale-bundle"});
  }
  SECTION("leaves made up to look fresh") {
    Story later = story;
    later.stamp(2, "otto", "ops", StampVerdict::fail);
    seen = *later.verify().log;
    story.bundle.leaves = later.bundle.leaves;
    CHECK(story.findings() == Codes{"leaves-mismatch", "stale-bundle"});
  }
  SECTION("another beginning") {
    seen.root = sha256(std::string_view("x"));
    CHECK(story.findings() == Codes{"log-fork"});
    seen.size = 2;
    CHECK(story.findings() == Codes{"log-fork"});
  }
  SECTION("another log") {
    seen.custody = story.entry(1);
    CHECK(story.findings() == Codes{"state-custody"});
  }
}
