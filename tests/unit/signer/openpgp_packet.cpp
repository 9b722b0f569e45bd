#include "signer/openpgp_packet.hpp"

#include <catch2/catch.hpp>
#include <random>

using namespace compose;

namespace {

std::string byte(unsigned value) { return std::string(1, static_cast<char>(value)); }
std::string two(std::size_t value) {
  return byte(static_cast<unsigned>(value >> 8)) + byte(static_cast<unsigned>(value & 255));
}
std::string subpacket(unsigned type, const std::string& content) {
  return byte(static_cast<unsigned>(content.size() + 1)) + byte(type) + content;
}

const std::string issuer = "\x04" + std::string(20, '\xab');
const std::string time_2026 = "\x69\x55\xb9" + byte(0);

// A signature packet in parts, so that each test breaks one of them.
struct Parts {
  unsigned version = 4;
  unsigned signature_class = 0;
  unsigned algorithm = 22;
  unsigned hash = 8;
  std::string hashed = subpacket(33, issuer) + subpacket(2, time_2026);
  std::string unhashed = subpacket(16, std::string(8, '\xab'));
  std::string numbers = two(256) + std::string(32, 'r') + two(255) + std::string(32, 's');

  [[nodiscard]] std::string body() const {
    return byte(version) + byte(signature_class) + byte(algorithm) + byte(hash) + two(hashed.size()) +
           hashed + two(unhashed.size()) + unhashed + "hh" + numbers;
  }
  [[nodiscard]] std::string packet() const {
    return "\x88" + byte(static_cast<unsigned>(body().size())) + body();
  }
};

std::string code_of(const std::string& bytes) {
  const auto parsed = parse_signature_packet(bytes);
  const auto* fault = std::get_if<PacketFault>(&parsed);
  return fault != nullptr ? fault->code : "accepted";
}

std::string code_with(const std::string& hashed) {
  Parts parts;
  parts.hashed = hashed;
  return code_of(parts.packet());
}

}  // namespace

TEST_CASE("openpgp_packet: what an acceptable packet says", "[signer][packet]") {
  const auto parsed = parse_signature_packet(Parts().packet());
  REQUIRE(std::holds_alternative<SignaturePacket>(parsed));
  const auto& packet = std::get<SignaturePacket>(parsed);
  CHECK(packet.algorithm == SignatureAlgorithm::eddsa);
  CHECK(packet.hash == SignatureHash::sha256);
  CHECK(packet.issuer.hex() == "abababababababababababababababababababab");
  CHECK(packet.created == 0x6955b900);
  CHECK_FALSE(packet.expires);
  CHECK(algorithm_name(packet.algorithm) == "eddsa");
  CHECK(hash_name(packet.hash) == "sha256");
}

TEST_CASE("openpgp_packet: expiry counts from the creation time, zero is never", "[signer][packet]") {
  Parts parts;
  parts.hashed += subpacket(3, byte(0) + byte(1) + byte(0) + byte(0));
  CHECK(std::get<SignaturePacket>(parse_signature_packet(parts.packet())).expires == 0x6955b900 + 65536);
  parts.hashed = Parts().hashed + subpacket(3, std::string(4, '\0'));
  CHECK_FALSE(std::get<SignaturePacket>(parse_signature_packet(parts.packet())).expires);
}

TEST_CASE("openpgp_packet: every form of length but the partial one", "[signer][packet]") {
  const std::string body = Parts().body();
  const std::string length = byte(static_cast<unsigned>(body.size()));
  const std::string padding = byte(0) + byte(0);
  CHECK(code_of("\x88" + length + body) == "accepted");                          // old, one octet
  CHECK(code_of("\x89" + byte(0) + length + body) == "accepted");                // old, two octets
  CHECK(code_of("\x8a" + padding + byte(0) + length + body) == "accepted");      // old, four octets
  CHECK(code_of("\xc2" + length + body) == "accepted");                          // new, one octet
  CHECK(code_of("\xc2\xff" + padding + byte(0) + length + body) == "accepted");  // new, five octets
  Parts large;
  large.unhashed += "\xc0\x10" + byte(100) + std::string(207, 'x');  // a subpacket with a two-octet length
  const std::string big = large.body();
  CHECK(code_of("\xc2" + two(big.size() - 192 + (192u << 8)) + big) == "accepted");   // new, two octets
  CHECK(code_of("\x8b" + body) == "signature-malformed");                             // old, indeterminate
  CHECK(code_of("\xc2\xe6" + body + std::string(64, 'x')) == "signature-malformed");  // new, partial
}

TEST_CASE("openpgp_packet: each rule has its code", "[signer][packet][hostile]") {
  const auto with = [](auto change) {
    Parts parts;
    change(parts);
    return code_of(parts.packet());
  };
  CHECK(with([](Parts& p) { p.version = 3; }) == "signature-version");
  CHECK(with([](Parts& p) { p.version = 6; }) == "signature-version");
  for (const unsigned each : {0x01u, 0x02u, 0x10u, 0x18u, 0x20u, 0x40u, 0xffu}) {
    CHECK(with([&](Parts& p) { p.signature_class = each; }) == "signature-class");
  }
  for (const unsigned each : {0u, 2u, 3u, 16u, 17u, 20u, 23u, 27u, 255u}) {
    CHECK(with([&](Parts& p) { p.algorithm = each; }) == "signature-algorithm");
  }
  for (const unsigned each : {0u, 1u, 2u, 3u, 7u, 11u, 12u, 255u}) {
    CHECK(with([&](Parts& p) { p.hash = each; }) == "signature-hash");
  }
  for (const unsigned each : {8u, 9u, 10u}) CHECK(with([&](Parts& p) { p.hash = each; }) == "accepted");
  CHECK(with([](Parts& p) { p.algorithm = 19; }) == "accepted");
  CHECK(with([](Parts& p) { p.algorithm = 1; }) == "signature-malformed");  // RSA has one number
  CHECK(with([](Parts& p) {
          p.algorithm = 1;
          p.numbers = two(512) + std::string(64, 'n');
        }) == "accepted");
  CHECK(with([](Parts& p) { p.numbers += "x"; }) == "signature-malformed");
  CHECK(with([](Parts& p) { p.numbers = two(0xffff); }) == "signature-malformed");
  CHECK(with([](Parts& p) { p.numbers.clear(); }) == "signature-malformed");
}

TEST_CASE("openpgp_packet: the hashed area must name one key and one time", "[signer][packet][hostile]") {
  const std::string key = subpacket(33, issuer);
  const std::string time = subpacket(2, time_2026);
  CHECK(code_with(key + time) == "accepted");
  CHECK(code_with(time + key) == "accepted");
  CHECK(code_with("") == "signature-issuer");
  CHECK(code_with(time) == "signature-issuer");
  CHECK(code_with(key) == "signature-time");
  CHECK(code_with(key + key + time) == "signature-issuer");
  CHECK(code_with(key + time + time) == "signature-time");
  CHECK(code_with(subpacket(33, "\x05" + std::string(20, 'a')) + time) == "signature-issuer");
  CHECK(code_with(subpacket(33, "\x05" + std::string(32, 'a')) + time) == "signature-issuer");
  CHECK(code_with(subpacket(33, issuer.substr(0, 20)) + time) == "signature-issuer");
  CHECK(code_with(subpacket(33, issuer + "x") + time) == "signature-issuer");
  CHECK(code_with(key + subpacket(2, time_2026 + "x")) == "signature-malformed");
  CHECK(code_with(key + subpacket(2, "abc")) == "signature-malformed");
  CHECK(code_with(key + time + subpacket(16, std::string(8, '\xab'))) == "accepted");
  CHECK(code_with(key + time + subpacket(16, std::string(8, 'x'))) == "signature-issuer");
  CHECK(code_with(key + time + subpacket(16, "short")) == "signature-malformed");
  SECTION("in the unhashed area they do not count") {
    Parts parts;
    parts.hashed = time;
    parts.unhashed = key;
    CHECK(code_of(parts.packet()) == "signature-issuer");
  }
}

TEST_CASE("openpgp_packet: critical subpackets must be known", "[signer][packet][hostile]") {
  const std::string good = Parts().hashed;
  for (const unsigned type : {20u, 4u, 32u, 100u, 127u}) {
    CAPTURE(type);
    CHECK(code_with(good + subpacket(type, "x")) == "accepted");
    CHECK(code_with(good + subpacket(type | 0x80, "x")) == "signature-critical");
    Parts parts;
    parts.unhashed = subpacket(type | 0x80, "x");
    CHECK(code_of(parts.packet()) == "signature-critical");
  }
  CHECK(code_with(subpacket(33 | 0x80, issuer) + subpacket(2 | 0x80, time_2026)) == "accepted");
}

TEST_CASE("openpgp_packet: bytes that are no single packet", "[signer][packet][hostile]") {
  const std::string good = Parts().packet();
  CHECK(code_of("") == "signature-malformed");
  CHECK(code_of("-----BEGIN PGP SIGNATURE-----\n") == "signature-malformed");
  CHECK(code_of(good + good) == "signature-malformed");
  CHECK(code_of(good + '\0') == "signature-malformed");
  CHECK(code_of(std::string("\xa3\x01x", 3)) == "signature-malformed");     // compressed data
  CHECK(code_of(std::string("\x90\x0d\x03", 3)) == "signature-malformed");  // one-pass signature
  CHECK(code_of(std::string(8193, '\x88')) == "signature-malformed");
  CHECK(code_of("\xc2\xff\xff\xff\xff\xff" + Parts().body()) == "signature-malformed");
  CHECK(code_with(byte(0)) == "signature-malformed");
  CHECK(code_with(byte(255) + "\xff\xff\xff\xff") == "signature-malformed");
  for (std::size_t size = 0; size < good.size(); ++size) {
    CAPTURE(size);
    CHECK(code_of(good.substr(0, size)) == "signature-malformed");
  }
}

TEST_CASE("openpgp_packet: random damage never gets past the rules", "[signer][packet][property]") {
  std::mt19937 random(3);
  const std::string good = Parts().packet();
  int accepted = 0;
  for (int i = 0; i < 50'000; ++i) {
    std::string damaged = good;
    for (std::size_t count = 1 + random() % 4; count > 0; --count) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    const auto parsed = parse_signature_packet(damaged);
    if (!std::holds_alternative<SignaturePacket>(parsed)) continue;
    ++accepted;
    REQUIRE(damaged[2] == 4);
    REQUIRE(damaged[3] == 0);
    REQUIRE(static_cast<int>(std::get<SignaturePacket>(parsed).algorithm) == damaged[4]);
    REQUIRE(static_cast<int>(std::get<SignaturePacket>(parsed).hash) == damaged[5]);
  }
  CHECK(accepted > 0);
}
