#include "signer/verify_custody.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/unit/signer/custody_story.hpp"

using namespace compose;
using namespace compose::test;

using Codes = std::set<std::string>;

TEST_CASE("verify_custody: good custody has no findings", "[signer][verify]") {
  const Story story = good_story();
  const CustodyReport report = story.verify();
  CHECK(report.findings.empty());
  CHECK(codes(report.notices) == Codes{"freshness-unproven"});
  CHECK(report.notices.front().message == "custody as of size 6, freshness not proven");
  REQUIRE(report.stages.size() == 3);
  CHECK(report.stages[0].stage == "base");
  CHECK(report.stages[0].layers == std::vector<std::size_t>{0, 1});
  CHECK(report.stages[0].satisfied);
  CHECK(report.stages[0].author.good);
  CHECK(report.stages[0].author.principal == "olga");
  CHECK(report.stages[0].author.team == "ops");
  CHECK(report.stages[0].author.key == Cast::get().signer("olga").key());
  CHECK(report.stages[0].author.algorithm == "ed25519");
  CHECK(report.stages[0].author.claimed_time == 1);
  CHECK(report.stages[2].layers == std::vector<std::size_t>{3});
  CHECK(report.layer_stage == std::vector<std::string>{"base", "base", "runtime", "app"});
  CHECK(report.layer_team == std::vector<std::string>{"ops", "ops", "runtime", "app"});
  REQUIRE(report.seal);
  CHECK(report.seal->principal == "rita");
  CHECK(report.seal->good);
  REQUIRE(report.sealed);
  CHECK(report.sealed->tags == std::vector<std::string>{"1.0", "latest"});
  REQUIRE(report.log);
  CHECK(report.log->size == 6);
  CHECK(report.log->custody == story.custody());
}

TEST_CASE("verify_custody: no custody at all says why", "[signer][verify]") {
  Story story = good_story();
  const auto only = [&] {
    const CustodyReport report = verify_custody(story.image, nullptr, story.policy, story.options);
    CHECK(report.layer_stage == std::vector<std::string>(4));
    return codes(report.findings);
  };
  CHECK(only() == Codes{"custody-stripped"});
  story.image.marked_unsigned = true;
  CHECK(only() == Codes{"unsigned"});
  story.image.custody_required = false;
  story.image.marked_unsigned = false;
  CHECK(only() == Codes{"custody-absent"});
  story.image.custody_fault = "custody entries: line 1: \x1b[2J";
  CHECK(only() == Codes{"custody-unreadable"});
  const CustodyReport report = verify_custody(story.image, nullptr, story.policy, story.options);
  CHECK(report.findings.front().message.find('\x1b') == std::string::npos);
}

TEST_CASE("verify_custody: what the manifest says of its custody is judged too", "[signer][verify]") {
  Story story = good_story();
  story.image.custody_required = false;
  CHECK(story.findings() == Codes{"annotation-missing"});
  story.image.custody_required = true;
  story.image.marked_unsigned = true;
  CHECK(story.findings().empty());
  CHECK(story.notices() == Codes{"freshness-unproven", "unsigned"});
}

TEST_CASE("verify_custody: an empty bundle is nothing", "[signer][verify]") {
  Story story = good_story();
  story.bundle = {};
  CHECK(story.findings() == Codes{"checkpoint-missing", "genesis-missing", "seal-missing", "stage-missing"});
}

TEST_CASE("verify_custody: another image's genesis", "[signer][verify]") {
  const Story other =
      tell({.genesis = [](GenesisClaim& claim, CustodyHeader&) { claim.image = "shop/api"; }});
  CHECK(other.findings() == Codes{"genesis-image"});
  const Story usurped =
      tell({.by = {{"genesis", "olga"}}, .genesis = [](GenesisClaim& claim, CustodyHeader& header) {
              claim.sealing_team = header.team = "ops";
              claim.teams = {{"ops", Cast::get().primary("olga")}};
            }});
  CHECK(usurped.findings() == Codes{"signer-team"});
}

TEST_CASE("verify_custody: every single entry is needed", "[signer][verify]") {
  const Story good = good_story();
  const std::vector<Codes> expected{
      {"genesis-missing", "entry-parents"}, {"layer-unvouched", "entry-parents"},
      {"layer-unvouched", "entry-parents"}, {"layer-unvouched", "entry-parents", "stage-missing"},
      {"layer-unvouched", "entry-parents"}, {"seal-missing", "stage-missing"}};
  for (std::size_t i = 0; i < good.bundle.entries.size(); ++i) {
    CAPTURE(i);
    Story story = good;
    story.bundle.entries.erase(story.bundle.entries.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(story.findings() == expected[i]);
  }
}

TEST_CASE("verify_custody: entries that are not what the log holds", "[signer][verify]") {
  Story story = good_story();
  SECTION("swapped") {
    std::swap(story.bundle.entries[1].entry, story.bundle.entries[2].entry);
    CHECK(story.findings() == Codes{"leaves-mismatch", "entry-not-logged"});
  }
  SECTION("beyond the leaves") {
    story.bundle.entries.back().index = 6;
    CHECK(story.findings() == Codes{"entry-not-logged"});
  }
  SECTION("without a place") {
    story.bundle.entries[3].index.reset();
    CHECK(story.findings() == Codes{"entry-not-logged"});
  }
  SECTION("not an entry") {
    story.bundle.entries[3].entry.line = "{}";
    CHECK(story.findings() == Codes{"entry-malformed", "layer-unvouched", "stage-missing", "entry-parents"});
  }
  SECTION("the struct says something else than the line") {
    story.bundle.entries[3].entry.statement.header.team = "ops";
    story.bundle.entries[3].entry.id = story.entry(2);
    CHECK(story.findings().empty());
  }
  SECTION("held twice") {
    BundledEntry copy = story.bundle.entries[3];
    copy.index.reset();
    story.bundle.entries.push_back(copy);
    CHECK(story.findings().empty());
    CHECK(story.notices() == Codes{"duplicate-entry", "freshness-unproven"});
  }
}

TEST_CASE("verify_custody: signatures that do not count", "[signer][verify]") {
  const std::string part = "layer 2";
  const auto mangled = [&](const std::function<void(Envelope&)>& change) {
    const Story story = tell({.mangle = [&](const std::string& each, CustodyEntry& entry) {
      if (each != part) return;
      change(entry.envelope);
      entry.line = encode_envelope(entry.envelope);
    }});
    return story.findings();
  };
  SECTION("one bit flipped") {
    CHECK(mangled([](Envelope& envelope) { envelope.signatures[0].signature.back() ^= 1; }) ==
          Codes{"entry-signature"});
  }
  SECTION("no packet") {
    CHECK(mangled([](Envelope& envelope) { envelope.signatures[0].signature = "hello"; }) ==
          Codes{"entry-packet"});
  }
  SECTION("armored, though good") {
    CHECK(mangled([](Envelope& envelope) {
            const std::string pae = pre_authentication_encoding(envelope.payload_type, envelope.payload);
            envelope.signatures[0].signature =
                Cast::get().keys.sign(Cast::get().primary("ruth"), pae, {"--armor"});
          }) == Codes{"entry-packet"});
  }
  SECTION("two of them") {
    CHECK(mangled([](Envelope& envelope) { envelope.signatures.push_back(envelope.signatures[0]); }) ==
          Codes{"duplicate-signature"});
  }
  SECTION("over other bytes") {
    CHECK(mangled([](Envelope& envelope) {
            envelope.signatures[0].signature = Cast::get().signer("ruth").sign("something else");
          }) == Codes{"entry-signature"});
  }
  SECTION("by a stranger under her name") {
    CHECK(mangled([](Envelope& envelope) {
            const std::string pae = pre_authentication_encoding(envelope.payload_type, envelope.payload);
            envelope.signatures[0].signature = Cast::get().signer("rob").sign(pae);
          }) == Codes{"signer-unknown"});
  }
}

TEST_CASE("verify_custody: the payload names who signed", "[signer][verify]") {
  Story story = tell({.mangle = [](const std::string& part, CustodyEntry& entry) {
    if (part != "layer 0") return;
    const std::string pae = pre_authentication_encoding(entry.envelope.payload_type, entry.envelope.payload);
    entry.envelope.signatures[0].signature = Cast::get().signer("otto").sign(pae);
    entry.line = encode_envelope(entry.envelope);
  }});
  CHECK(story.findings() == Codes{"signer-mismatch"});
}

TEST_CASE("verify_custody: the wrong people", "[signer][verify]") {
  SECTION("a stranger") {
    CHECK(tell({.by = {{"layer 2", "mallory"}}}).findings() == Codes{"signer-unknown"});
  }
  SECTION("a stranger who brings a certificate") {
    Story story = tell({.by = {{"layer 2", "mallory"}}});
    story.bundle.certificates.push_back(Cast::get().certificate("mallory"));
    CHECK(story.findings() == Codes{"signer-unknown"});
  }
  SECTION("another team's member in this team's name") {
    CHECK(tell({.by = {{"layer 2", "olga"}}}).findings() == Codes{"signer-team"});
  }
  SECTION("another team in its own name") {
    const Story story =
        tell({.by = {{"layer 2", "olga"}}, .layer = [](std::size_t i, LayerClaim&, CustodyHeader& header) {
                if (i == 2) header.team = "ops";
              }});
    CHECK(story.findings() == Codes{"signer-team"});
    const CustodyReport report = story.verify();
    CHECK_FALSE(report.stages[1].satisfied);
    CHECK_FALSE(report.stages[1].author.good);
    CHECK(report.stages[1].author.why_not == "signed as team 'ops', not as 'runtime'");
    CHECK(report.layer_team[2].empty());
    CHECK(report.stages[0].satisfied);
  }
  SECTION("a seal by another team") {
    CHECK(tell({.by = {{"seal", "olga"}}}).findings() == Codes{"seal-team"});
    const Story named = tell(
        {.by = {{"seal", "olga"}}, .seal = [](SealClaim&, CustodyHeader& header) { header.team = "ops"; }});
    CHECK(named.findings() == Codes{"seal-team"});
    CHECK_FALSE(named.verify().sealed);
  }
  SECTION("a stranger's seal") {
    CHECK(tell({.by = {{"seal", "mallory"}}}).findings() == Codes{"signer-unknown"});
  }
}

TEST_CASE("verify_custody: parents must be there and be earlier", "[signer][verify]") {
  const EntryId nowhere(sha256(std::string_view("nowhere")));
  const Story story = tell({.layer = [&](std::size_t i, LayerClaim&, CustodyHeader& header) {
    if (i == 2) header.parents.push_back(nowhere);
  }});
  CHECK(story.findings() == Codes{"entry-parents"});
}

TEST_CASE("verify_custody: another log's entry", "[signer][verify]") {
  const Story story = tell({.layer = [](std::size_t i, LayerClaim&, CustodyHeader& header) {
    if (i == 2) header.custody = EntryId(sha256(std::string_view("another log")));
  }});
  CHECK(story.findings() == Codes{"foreign-entry"});
}

TEST_CASE("verify_custody: strangers' entries are shown and do not count", "[signer][verify]") {
  Story story = good_story();
  story.stamp(3, "mallory", "ops", StampVerdict::fail);
  CHECK(story.findings().empty());
  CHECK(story.notices() == Codes{"stranger-entry", "freshness-unproven"});
  story.bundle.certificates.push_back(Cast::get().certificate("mallory"));
  CHECK(story.findings().empty());
  CHECK(story.notices() == Codes{"stranger-entry", "freshness-unproven"});
}

TEST_CASE("verify_custody: flipping any byte is noticed", "[signer][verify][property]") {
  const Story good = good_story();
  const auto flip = [](std::string& bytes, std::size_t at) {
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << at % 8);
  };
  SECTION("of an entry's line") {
    for (std::size_t i = 0; i < good.bundle.entries.size(); ++i) {
      Story story = good;
      flip(story.bundle.entries[i].entry.line, 97 * (i + 1));
      CAPTURE(i);
      CHECK_FALSE(story.findings().empty());
    }
  }
  SECTION("of a leaf") {
    for (std::size_t i = 0; i < good.bundle.leaves.size(); ++i) {
      Story story = good;
      story.bundle.leaves[i].bytes[i * 5] ^= std::byte{0x10};
      CAPTURE(i);
      CHECK(story.findings().contains("log-root"));
    }
  }
  SECTION("of the checkpoint") {
    // OpenPGP spells a signature in several ways: its unhashed area (behind the 47 bytes of key id,
    // header and hashed area) and the bit counts of its two numbers may change and it is the same.
    const SignedCheckpoint& checkpoint = good.bundle.checkpoints[0];
    const std::size_t blob = checkpoint.note.rfind(' ') + 1;
    const auto signs_nothing = [&](std::size_t at) {
      const std::size_t byte = (at - blob) * 3 / 4;
      return at >= blob && ((byte > 40 && byte < 59) || (byte > 86 && byte < 94));
    };
    for (std::size_t at = 3; at < checkpoint.note.size(); at += 11) {
      if (signs_nothing(at)) continue;
      Story story = good;
      flip(story.bundle.checkpoints[0].note, at);
      CAPTURE(at);
      CHECK_FALSE(story.findings().empty());
    }
  }
}

TEST_CASE("verify_custody: the seen log is written and read in one spelling", "[signer][verify]") {
  const SeenLog seen{EntryId(sha256(std::string_view("a"))), 7, sha256(std::string_view("b"))};
  const std::string bytes = encode_seen(seen);
  const SeenLog read = decode_seen(bytes);
  CHECK(read.custody == seen.custody);
  CHECK(read.size == 7);
  CHECK(read.root == seen.root);
  const std::string broken =
      GENERATE(as<std::string>{}, "", "{}", "[]", "{\"custody\":1,\"root\":\"\",\"size\":1}", "{\"size\":7}");
  CHECK_THROWS_AS(decode_seen(broken), Error);
  for (const char* size : {"-7", "7.0", "\"7\"", "18446744073709551616", "null"}) {
    std::string changed = bytes;
    changed.replace(changed.find(":7"), 2, std::string(":") + size);
    CHECK_THROWS_WITH(decode_seen(changed), Catch::StartsWith("seen log: "));
  }
}
