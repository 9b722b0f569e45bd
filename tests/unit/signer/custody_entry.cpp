#include "signer/custody_entry.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/support/test_keys.hpp"
#include "tests/unit/signer/example_statements.hpp"
#include "tests/unit/signer/fake_signer.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

const EntryId custody(sha256(std::string_view("genesis")));

CustodyEntry stamp(std::string reason, const Signer& signer = FakeSigner()) {
  return sign_entry({custody, "ops", "base", {custody}, 1767225600},
                    CountersignClaim{custody, StampVerdict::pass, std::move(reason), {}, {}}, signer);
}

std::string verdict_on(std::string_view line) {
  try {
    static_cast<void>(decode_entry(line));
    return "accepted";
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::verdict);
    return error.what();
  }
}

}  // namespace

TEST_CASE("custody_entry: what is signed is what the entry says", "[signer][entry]") {
  const FakeSigner signer('c');
  const CustodyEntry entry = stamp("fine", signer);
  CHECK(entry.statement.signing_key == signer.key());
  CHECK(entry.statement.primary_key == signer.primary());
  CHECK(entry.envelope.payload_type == in_toto_payload_type);
  CHECK(entry.envelope.payload == encode_statement(entry.statement));
  REQUIRE(entry.envelope.signatures.size() == 1);
  CHECK(entry.envelope.signatures[0].key_hint == signer.key().hex());
  CHECK(entry.envelope.signatures[0].signature ==
        signer.sign(pre_authentication_encoding(in_toto_payload_type, entry.envelope.payload)));
  CHECK(entry.id == entry_id(entry.envelope));
  CHECK(entry.line == encode_envelope(entry.envelope));
}

TEST_CASE("custody_entry: a line gives back the entry", "[signer][entry]") {
  const CustodyEntry entry = stamp("fine \"twice\"");
  const CustodyEntry read = decode_entry(entry.line);
  CHECK(read.id == entry.id);
  CHECK(read.line == entry.line);
  CHECK(read.statement.claim == entry.statement.claim);
  CHECK(read.envelope.signatures[0].signature == entry.envelope.signatures[0].signature);
}

TEST_CASE("custody_entry: signed and verified with a real key", "[signer][entry][gpg]") {
  TestKeys keys;
  const Fingerprint primary = keys.make("ops");
  const Fingerprint subkey = keys.add_subkey(primary);
  const auto signer = open_signer(keys.certificate(primary), "keys/ops.asc");
  const CustodyEntry entry = decode_entry(stamp("fine", *signer).line);
  CHECK(entry.statement.signing_key == subkey);
  CHECK(entry.statement.primary_key == primary);
  KeyRing ring;
  ring.import(keys.certificate(primary), "keys/ops.asc");
  const std::string& signature = entry.envelope.signatures.at(0).signature;
  CHECK(
      ring.verify(pre_authentication_encoding(in_toto_payload_type, entry.envelope.payload), signature).good);
  CHECK_FALSE(ring.verify(entry.envelope.payload, signature).good);
  CHECK_FALSE(ring.verify(pre_authentication_encoding("text/plain", entry.envelope.payload), signature).good);
}

TEST_CASE("custody_entry: 48 KiB is the limit, both ways", "[signer][entry][hostile]") {
  const std::vector<EvidenceFile> evidence(64, {std::string(255, 'n'), sha256(std::string_view("x")), 1});
  const auto sign = [&](std::size_t length) {
    const std::string reason = std::string(2000, '\x01') + std::string(length, 'r');
    return sign_entry({custody, "ops", "", {}, 0}, CountersignClaim{custody, {}, reason, evidence, {}},
                      FakeSigner());
  };
  std::size_t fits = 0;
  std::size_t too_long = 6000;
  while (too_long - fits > 1) {
    const std::size_t middle = (fits + too_long) / 2;
    try {
      static_cast<void>(decode_entry(sign(middle).line));
      fits = middle;
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK_THAT(error.what(), Contains("countersign entry: entry-size: "));
      too_long = middle;
    }
  }
  CHECK(sign(fits).line.size() <= most_entry_bytes);
  CHECK(sign(fits).line.size() > most_entry_bytes - 8);
  CHECK_THAT(verdict_on(std::string(most_entry_bytes + 1, ' ')), Contains("entry-size"));
  CHECK_THAT(verdict_on(std::string(most_entry_bytes, ' ')), Contains("entry-envelope"));
}

TEST_CASE("custody_entry: nothing is signed that could not be read", "[signer][entry]") {
  struct Counting final : Signer {
    FakeSigner fake;
    mutable int signatures = 0;
    const Fingerprint& key() const override { return fake.key(); }
    const Fingerprint& primary() const override { return fake.primary(); }
    const std::string& certificate() const override { return fake.certificate(); }
    std::string sign(std::string_view bytes) const override {
      ++signatures;
      return fake.sign(bytes);
    }
  };
  const Counting signer;
  CHECK_THROWS_AS(stamp(std::string(9000, 'x'), signer), Error);
  CHECK_THROWS_AS(stamp("\xff", signer), Error);
  CHECK_THROWS_AS(sign_entry({custody, "Ops", "", {}, 0}, CountersignClaim{custody, {}, "", {}, {}}, signer),
                  Error);
  CHECK(signer.signatures == 0);
  CHECK_NOTHROW(stamp("fine", signer));
  CHECK(signer.signatures == 1);
}

TEST_CASE("custody_entry: a line has one spelling", "[signer][entry][hostile]") {
  const CustodyEntry entry = stamp("fine");
  REQUIRE(verdict_on(entry.line) == "accepted");
  const std::string& line = entry.line;
  const auto with_field = line.substr(0, line.size() - 1) + ",\"x\":1}";
  CHECK_THAT(verdict_on(line + "\n"), Contains("entry-spelling"));
  CHECK_THAT(verdict_on(" " + line), Contains("entry-spelling"));
  CHECK_THAT(verdict_on(with_field), Contains("entry-spelling"));
  CHECK_THAT(verdict_on(line + line), Contains("entry-envelope"));
  Envelope other = entry.envelope;
  other.payload_type = "text/plain";
  CHECK_THAT(verdict_on(encode_envelope(other)), Contains("entry-envelope"));
  other = entry.envelope;
  other.payload = "{}";
  CHECK_THAT(verdict_on(encode_envelope(other)), Contains("statement-field"));
}

TEST_CASE("custody_entry: flipping any byte of the payload changes the id", "[signer][entry][property]") {
  for (const ExampleStatement& each : example_statements()) {
    Envelope envelope{std::string(in_toto_payload_type), each.payload, {}};
    REQUIRE(entry_id(envelope).str() == each.id);
    for (char& byte : envelope.payload) {
      byte = static_cast<char>(byte ^ 1);
      REQUIRE(entry_id(envelope).str() != each.id);
      byte = static_cast<char>(byte ^ 1);
    }
  }
}
