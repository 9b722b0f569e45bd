#include "signer/gpg.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/openpgp_packet.hpp"
#include "tests/support/test_keys.hpp"

using namespace compose;
using Catch::Matchers::Contains;
using compose::test::KeyOptions;
using compose::test::TestKeys;

namespace {

constexpr std::string_view message = "DSSEv1 4 type 4 body";

KeyRing ring_of(const TestKeys& keys, const std::vector<Fingerprint>& primaries) {
  KeyRing ring;
  for (const Fingerprint& each : primaries) ring.import(keys.certificate(each), "test");
  return ring;
}

std::string error_of(const auto& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

SignaturePacket packet_of(const std::string& signature) {
  const auto parsed = parse_signature_packet(signature);
  if (const auto* fault = std::get_if<PacketFault>(&parsed)) FAIL(fault->message);
  return std::get<SignaturePacket>(parsed);
}

std::string fault_of(const std::string& signature) {
  const auto parsed = parse_signature_packet(signature);
  const auto* fault = std::get_if<PacketFault>(&parsed);
  return fault != nullptr ? fault->code : "none";
}

bool agent_runs_in(const std::filesystem::path& home) {
  return std::filesystem::exists(home / "S.gpg-agent");
}

std::vector<std::filesystem::path> inside(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> found;
  for (const auto& each : std::filesystem::directory_iterator(folder)) found.push_back(each.path());
  return found;
}

}  // namespace

TEST_CASE("gpg: what a signer signs, a ring with its certificate verifies", "[signer][gpg]") {
  TestKeys keys;
  const auto algorithm = GENERATE(as<std::string>{}, "ed25519", "rsa2048", "nistp256", "nistp384");
  CAPTURE(algorithm);
  const Fingerprint primary = keys.make("ops", {.algorithm = algorithm});
  const auto signer = open_signer(keys.certificate(primary), "keys/ops.asc");
  CHECK(signer->key() == primary);
  CHECK(signer->primary() == primary);
  const std::string signature = signer->sign(message);
  const SignaturePacket packet = packet_of(signature);
  CHECK(packet.issuer == primary);
  CHECK(packet.created > 1'700'000'000);

  KeyRing ring;
  ring.import(signer->certificate(), "exported");
  const GpgVerdict verdict = ring.verify(message, signature);
  CHECK(verdict.good);
  CHECK(verdict.key == primary);
  CHECK(verdict.primary == primary);
  CHECK(verdict.created == packet.created);
  CHECK(verdict.detail == "");
  CHECK_FALSE(
      (verdict.key_expired || verdict.key_revoked || verdict.signature_expired || verdict.key_missing));
}

TEST_CASE("gpg: verifying starts no agent and leaves no folder behind", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint primary = keys.make("ops");
  const std::string signature = keys.sign(primary, message);
  const std::filesystem::path place = keys.home() + "/t";
  std::filesystem::create_directory(place);
  ::setenv("TMPDIR", place.c_str(), 1);
  {
    const KeyRing ring = ring_of(keys, {primary});
    CHECK(ring.verify(message, signature).good);
    REQUIRE(inside(place).size() == 1);
    CHECK_FALSE(agent_runs_in(inside(place).front()));
  }
  CHECK(inside(place).empty());
  ::unsetenv("TMPDIR");
}

TEST_CASE("gpg: another message or a changed signature is not good", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint primary = keys.make("ops");
  const KeyRing ring = ring_of(keys, {primary});
  const std::string signature = keys.sign(primary, message);
  REQUIRE(ring.verify(message, signature).good);
  CHECK_FALSE(ring.verify("DSSEv1 4 type 4 bodY", signature).good);
  CHECK_FALSE(ring.verify("", signature).good);
  SECTION("each flipped bit that still parses") {
    // The unhashed area and the 16-bit hint are not covered by the mathematics; all else is.
    int refused = 0;
    for (std::size_t at = signature.size() - 64; at < signature.size(); at += 7) {
      std::string flipped = signature;
      flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
      CAPTURE(at);
      const GpgVerdict verdict = ring.verify(message, flipped);
      CHECK_FALSE(verdict.good);
      CHECK(verdict.detail != "");
      ++refused;
    }
    CHECK(refused > 5);
  }
}

TEST_CASE("gpg: a key that is not in the ring is missing, not bad", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint ops = keys.make("ops");
  const Fingerprint app = keys.make("app");
  const KeyRing ring = ring_of(keys, {ops});
  const GpgVerdict verdict = ring.verify(message, keys.sign(app, message));
  CHECK_FALSE(verdict.good);
  CHECK(verdict.key_missing);
  CHECK(verdict.key == app);
  CHECK_FALSE(verdict.primary);
}

TEST_CASE("gpg: what gpg alone would take is refused by the packet", "[signer][gpg][hostile]") {
  TestKeys keys;
  const Fingerprint primary = keys.make("ops", {.algorithm = "rsa2048"});
  const KeyRing ring = ring_of(keys, {primary});
  const std::string good = keys.sign(primary, message);
  const std::string user = primary.hex() + "!";
  struct Case {
    std::string name, signature, code;
  };
  const std::vector<Case> cases{
      {"text mode", keys.sign(primary, message, {"--textmode"}), "signature-class"},
      {"SHA-1", keys.sign(primary, message, {"--digest-algo", "SHA1"}), "signature-hash"},
      {"SHA-224", keys.sign(primary, message, {"--digest-algo", "SHA224"}), "signature-hash"},
      {"armor", keys.sign(primary, message, {"--armor"}), "signature-malformed"},
      {"two packets", good + good, "signature-malformed"},
      {"inline message", keys.gpg({"--local-user", user, "--sign"}, message), "signature-malformed"},
      {"clear-signed", keys.gpg({"--local-user", user, "--clearsign"}, message), "signature-malformed"},
      {"critical notation", keys.sign(primary, message, {"--sig-notation", "!a@example.org=b"}),
       "signature-critical"},
      {"trailing byte", good + '\0', "signature-malformed"},
  };
  for (const Case& each : cases) {
    DYNAMIC_SECTION(each.name) {
      CHECK(fault_of(each.signature) == each.code);
      const GpgVerdict verdict = ring.verify(message, each.signature);
      CHECK_FALSE(verdict.good);
      CHECK(verdict.detail != "");
    }
  }
  // The same options without the fault are fine: the cases above fail for their reason alone.
  CHECK(ring.verify(message, keys.sign(primary, message, {"--digest-algo", "SHA512"})).good);
  CHECK(ring.verify(message, keys.sign(primary, message, {"--sig-notation", "a@example.org=b"})).good);
}

TEST_CASE("gpg: keys are judged as of now", "[signer][gpg]") {
  TestKeys keys;
  SECTION("an expired key, although it signed in time") {
    const Fingerprint key = keys.make("old", {.expires = "20240102T000000", .made_at = "20240101T000000"});
    const std::string signature = keys.sign(key, message, {"--faked-system-time", "20240101T120000!"});
    const GpgVerdict verdict = ring_of(keys, {key}).verify(message, signature);
    CHECK(verdict.good);
    CHECK(verdict.key_expired);
    CHECK_FALSE(verdict.key_revoked);
    CHECK_THAT(error_of([&] { static_cast<void>(open_signer(key)); }),
               Contains("cannot sign: it is expired"));
  }
  SECTION("a revoked key, although it signed before") {
    const Fingerprint key = keys.make("gone");
    const std::string before = keys.certificate(key);
    const std::string signature = keys.sign(key, message);
    keys.revoke(key);
    KeyRing ring;
    ring.import(before, "before");
    CHECK_FALSE(ring.verify(message, signature).key_revoked);
    ring.import(keys.certificate(key), "a bundle that brings the revocation");
    const GpgVerdict verdict = ring.verify(message, signature);
    CHECK(verdict.key_revoked);
    CHECK(ring.certificates().at(0).revoked);
    CHECK_THAT(error_of([&] { static_cast<void>(open_signer(key)); }),
               Contains("cannot sign: it is revoked"));
  }
  SECTION("a revoked and expired key is both") {
    const Fingerprint key = keys.make("both", {.expires = "20240102T000000", .made_at = "20240101T000000"});
    const std::string signature = keys.sign(key, message, {"--faked-system-time", "20240101T120000!"});
    keys.revoke(key);
    const GpgVerdict verdict = ring_of(keys, {key}).verify(message, signature);
    CHECK(verdict.key_revoked);
    CHECK(verdict.key_expired);
  }
  SECTION("a revoked subkey leaves the others alone") {
    const Fingerprint primary = keys.make("ops");
    const Fingerprint subkey = keys.add_subkey(primary);
    const std::string by_subkey = keys.sign(subkey, message);
    const std::string by_primary = keys.sign(primary, message);
    keys.revoke_subkey(primary, 1);
    const KeyRing ring = ring_of(keys, {primary});
    CHECK(ring.verify(message, by_subkey).key_revoked);
    const GpgVerdict verdict = ring.verify(message, by_primary);
    CHECK((verdict.good && !verdict.key_revoked));
    CHECK(open_signer(primary)->key() == primary);
  }
  SECTION("a revoked primary takes its subkeys along") {
    const Fingerprint primary = keys.make("ops");
    const Fingerprint subkey = keys.add_subkey(primary);
    const std::string by_subkey = keys.sign(subkey, message);
    keys.revoke(primary);
    CHECK(ring_of(keys, {primary}).verify(message, by_subkey).key_revoked);
  }
  SECTION("an expired signature") {
    const Fingerprint key = keys.make("ops", {.made_at = "20240101T000000"});
    const std::string signature =
        keys.sign(key, message, {"--faked-system-time", "20240102T000000!", "--default-sig-expire", "1d"});
    const GpgVerdict verdict = ring_of(keys, {key}).verify(message, signature);
    CHECK(verdict.signature_expired);
    CHECK(packet_of(signature).expires == packet_of(signature).created + 86400);
  }
  SECTION("a key from the future does not count") {
    const Fingerprint key = keys.make("soon", {.made_at = "20900101T000000"});
    const std::string signature = keys.sign(key, message, {"--faked-system-time", "20900102T000000!"});
    KeyRing ring;
    CHECK_THROWS_WITH(ring.import(keys.certificate(key), "soon.asc"), Contains("soon.asc: gpg takes no"));
    CHECK_FALSE(ring.verify(message, signature).good);
  }
}

TEST_CASE("gpg: the newest signing subkey signs", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint primary = keys.make("ops", {.usage = "cert", .made_at = "20240101T000000"});
  CHECK_THAT(error_of([&] { static_cast<void>(open_signer(primary)); }), Contains("no secret signing key"));
  const Fingerprint first = keys.add_subkey(primary, {.made_at = "20240102T000000"});
  const std::string older_certificate = keys.certificate(primary);
  CHECK(open_signer(older_certificate, "keys/ops.asc")->key() == first);
  const Fingerprint second = keys.add_subkey(primary, {.made_at = "20240103T000000"});
  const Fingerprint encryption = keys.add_subkey(primary, {.algorithm = "cv25519", .usage = "encr"});
  const auto signer = open_signer(keys.certificate(primary), "keys/ops.asc");
  CHECK(signer->key() == second);
  CHECK(signer->primary() == primary);
  CHECK(packet_of(signer->sign(message)).issuer == second);
  CHECK(ring_of(keys, {primary}).verify(message, signer->sign(message)).primary == primary);

  SECTION("a certificate that lacks it says so") {
    CHECK_THAT(error_of([&] { static_cast<void>(open_signer(older_certificate, "keys/ops.asc")); }),
               Contains("gpg would use its key " + second.hex() + ", which keys/ops.asc does not hold"));
  }
  SECTION("by fingerprint: the primary or the very key") {
    CHECK(open_signer(primary)->key() == second);
    CHECK(open_signer(second)->key() == second);
    CHECK_THAT(error_of([&] { static_cast<void>(open_signer(first)); }),
               Contains("gpg would use the newer key"));
  }
  SECTION("encryption subkeys do not sign") {
    const auto certificate = ring_of(keys, {primary}).certificates().at(0);
    REQUIRE(certificate.keys.size() == 4);
    for (const CertificateKey& key : certificate.keys) {
      CHECK(key.can_sign == (key.fingerprint == first || key.fingerprint == second));
      CHECK(key.algorithm == (key.fingerprint == encryption ? "cv25519" : "ed25519"));
      CHECK_FALSE(key.weak);
      CHECK_FALSE(key.has_secret);
    }
  }
}

TEST_CASE("gpg: weak RSA keys are marked", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint key = keys.make("weak", {.algorithm = "rsa1024"});
  const auto certificate = ring_of(keys, {key}).certificates().at(0);
  CHECK(certificate.keys.at(0).algorithm == "rsa1024");
  CHECK(certificate.keys.at(0).weak);
}

TEST_CASE("gpg: certificates are read as values", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint ops = keys.make("ops");
  const Fingerprint app = keys.make("app", {.expires = "20990101T000000"});
  const auto both = read_certificates(keys.certificate(ops) + keys.certificate(app), "both.asc");
  REQUIRE(both.size() == 2);
  CHECK(both.at(0).primary() == ops);
  CHECK(both.at(0).user_ids == std::vector<std::string>{"ops <ops@example.org>"});
  CHECK(both.at(0).keys.at(0).expires == 0);
  CHECK(both.at(1).keys.at(0).expires > 4'000'000'000);
  const auto binary = read_certificates(keys.gpg({"--export", ops.hex()}), "binary");
  CHECK(binary.at(0).primary() == ops);
  CHECK_THAT(error_of([&] {
               static_cast<void>(open_signer(keys.certificate(ops) + keys.certificate(app), "x.asc"));
             }),
             Contains("x.asc: holds 2 certificates; one is needed"));
}

TEST_CASE("gpg: what is no certificate is a usage error that names the file", "[signer][gpg][hostile]") {
  TestKeys keys;
  const Fingerprint ops = keys.make("ops");
  const std::string certificate = keys.certificate(ops);
  const std::string binary = keys.gpg({"--export", ops.hex()});
  struct Case {
    std::string name, bytes;
  };
  const std::vector<Case> cases{
      {"nothing", ""},
      {"text", "hello\n"},
      {"half an armor", certificate.substr(0, certificate.size() / 2)},
      {"half a packet", binary.substr(0, 20)},
      {"no user ID", binary.substr(0, 53)},
      {"a signature", keys.sign(ops, message)},
      {"a secret key", keys.secret_certificate(ops)},
      {"too large", std::string((4u << 20) + 1, 'x')},
  };
  for (const Case& each : cases) {
    DYNAMIC_SECTION(each.name) {
      try {
        static_cast<void>(read_certificates(each.bytes, "keys/\x1b[31mops.asc"));
        FAIL("no error");
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::usage);
        CHECK_THAT(error.what(), Contains("keys/\\x1B[31mops.asc: ", Catch::CaseSensitive::No));
      }
    }
  }
}

TEST_CASE("gpg: a subkey grafted onto a certificate without its binding is not there",
          "[signer][gpg][hostile]") {
  TestKeys keys;
  const Fingerprint victim = keys.make("victim");
  const Fingerprint attacker = keys.make("attacker");
  const Fingerprint graft = keys.add_subkey(attacker);
  const std::string certificate = keys.gpg({"--export", victim.hex()});
  // The last two packets of the attacker's certificate: the subkey and its binding signature.
  const std::string other = keys.gpg({"--export", attacker.hex()});
  const std::size_t subkey = other.rfind(std::string("\xb8\x33\x04", 3));
  REQUIRE(subkey != std::string::npos);
  KeyRing ring;
  ring.import(certificate + other.substr(subkey), "grafted");
  for (const Certificate& each : ring.certificates()) {
    for (const CertificateKey& key : each.keys) CHECK((key.fingerprint != graft || key.invalid));
  }
  CHECK_FALSE(ring.verify(message, keys.sign(graft, message)).good);
}

TEST_CASE("gpg: missing keys and homes are failures with a hint", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint ops = keys.make("ops");
  const std::string certificate = keys.certificate(ops);
  const auto expect = [&](const std::string& part) {
    try {
      static_cast<void>(open_signer(certificate, "keys/ops.asc"));
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::failure);
      CHECK_THAT(error.what(), Contains(part));
      CHECK_THAT(error.hint(), Contains("GNUPGHOME") || Contains("shorter path"));
    }
  };
  SECTION("no secret key") {
    keys.forget_secret(ops);
    expect("no secret key for " + ops.hex() + " in " + keys.home());
  }
  SECTION("no home") {
    ::setenv("GNUPGHOME", "/nonexistent/gnupg", 1);
    expect("GNUPGHOME /nonexistent/gnupg: no such folder");
    CHECK_FALSE(std::filesystem::exists("/nonexistent"));
  }
  SECTION("a home too deep for a socket") {
    const std::string deepest = keys.home() + "/" + std::string(86 - keys.home().size() - 1, 'd');
    std::filesystem::create_directory(deepest);
    std::filesystem::create_directory(deepest + "d");
    ::setenv("GNUPGHOME", deepest.c_str(), 1);
    expect("no secret key for");
    ::setenv("GNUPGHOME", (deepest + "d").c_str(), 1);
    const bool elsewhere = std::filesystem::is_directory("/run/user/" + std::to_string(::getuid()));
    expect(elsewhere ? "no secret key for" : "87 bytes is too long for gpg-agent's socket (most: 86)");
  }
  ::setenv("GNUPGHOME", keys.home().c_str(), 1);
}

TEST_CASE("gpg: a caller's gpg.conf cannot weaken a signature", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint ops = keys.make("ops", {.algorithm = "rsa2048"});
  const auto configuration = GENERATE(as<std::string>{}, "digest-algo SHA1", "textmode", "armor");
  const auto signer = open_signer(ops);
  replace_file(keys.home() + "/gpg.conf", configuration + "\n", 0600);
  CAPTURE(configuration);
  const std::string text = error_of([&] {
    const std::string signature = signer->sign(message);
    // GPGME itself overrides some of them; what comes out is acceptable or is not given out.
    if (fault_of(signature) == "none") throw failure_error("overridden");
  });
  CHECK_THAT(text, Contains("gpg made a signature that custody refuses") || Contains("overridden"));
}

TEST_CASE("gpg: a pinentry that hangs becomes an error", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint locked = keys.make("locked", {.passphrase = "secret"});
  const std::string pinentry = keys.home() + "/pinentry";
  replace_file(pinentry, "#!/bin/sh\necho OK\nexec sleep 8\n", 0700);
  replace_file(keys.home() + "/gpg-agent.conf", "pinentry-program " + pinentry + "\ndisable-scdaemon\n",
               0600);
  keys.gpg({"--list-keys"});
  REQUIRE(std::system(("gpgconf --homedir " + keys.home() + " --kill gpg-agent").c_str()) == 0);
  const auto signer = open_signer(locked, std::chrono::seconds(2));
  const auto begin = std::chrono::steady_clock::now();
  CHECK_THAT(error_of([&] { static_cast<void>(signer->sign(message)); }),
             Contains("gpg did not answer within 2 s"));
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(6));
}

TEST_CASE("gpg: threads may sign and verify at once", "[signer][gpg]") {
  TestKeys keys;
  const Fingerprint ops = keys.make("ops");
  const auto signer = open_signer(ops);
  const KeyRing ring = ring_of(keys, {ops});
  std::vector<std::string> signatures(6);
  std::vector<int> good(signatures.size(), 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    threads.emplace_back([&, i] {
      const std::string text = "message " + std::to_string(i);
      signatures[i] = signer->sign(text);
      good[i] = ring.verify(text, signatures[i]).good ? 1 : 0;
    });
  }
  for (std::thread& each : threads) each.join();
  CHECK(good == std::vector<int>(signatures.size(), 1));
  CHECK_FALSE(ring.verify("message 0", signatures[1]).good);
}
