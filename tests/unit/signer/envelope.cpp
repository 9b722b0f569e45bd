#include "signer/envelope.hpp"

#include <catch2/catch.hpp>

#include "signer/base64.hpp"
#include "signer/error.hpp"

using namespace compose;

TEST_CASE("envelope: the PAE vector of the DSSE specification", "[signer][envelope]") {
  CHECK(pre_authentication_encoding("http://example.com/HelloWorld", "hello world") ==
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world");
  CHECK(pre_authentication_encoding("", "") == "DSSEv1 0  0 ");
}

TEST_CASE("envelope: what is written is read back", "[signer][envelope]") {
  const Envelope made{"type", std::string("\0\xff{}", 4), {{"key", "sig"}, {"", std::string("\x88\x00", 2)}}};
  const std::string line = encode_envelope(made);
  CHECK(
      line ==
      R"({"payload":"AP97fQ==","payloadType":"type","signatures":[{"keyid":"key","sig":"c2ln"},{"sig":"iAA="}]})");
  const Envelope read = decode_envelope(line);
  CHECK(read.payload == made.payload);
  CHECK(read.payload_type == "type");
  REQUIRE(read.signatures.size() == 2);
  CHECK(read.signatures[0].key_hint == "key");
  CHECK(read.signatures[1].key_hint == "");
  CHECK(read.signatures[1].signature == made.signatures[1].signature);
  CHECK(entry_id(read) == entry_id(made));
}

TEST_CASE("envelope: unknown fields and URL-safe base64 are taken, as DSSE demands", "[signer][envelope]") {
  const Envelope read = decode_envelope(
      R"({ "new": [1], "payload": "-_8=", "payloadType": "t", "signatures": [{"sig": "_w==", "cert": null}] })");
  CHECK(read.payload == "\xfb\xff");
  CHECK(read.signatures.at(0).signature == "\xff");
}

TEST_CASE("envelope: signatures do not change the id, the payload and its type do", "[signer][envelope]") {
  const Envelope envelope{"type", "payload", {{"", "sig"}}};
  const EntryId id = entry_id(envelope);
  CHECK(id == EntryId(sha256(std::string_view("DSSEv1 4 type 7 payload"))));
  CHECK(entry_id({"type", "payload", {}}) == id);
  CHECK(entry_id({"typ", "epayload", {}}) != id);
  for (std::size_t at = 0; at < envelope.payload.size(); ++at) {
    Envelope changed = envelope;
    changed.payload[at] = static_cast<char>(changed.payload[at] ^ 1);
    CHECK(entry_id(changed) != id);
  }
}

TEST_CASE("envelope: what is none is a verdict error", "[signer][envelope][hostile]") {
  const std::string signatures = R"("signatures":[{"sig":"c2ln"}])";
  const std::string many = [] {
    std::string list;
    for (int i = 0; i < 65; ++i) list += std::string(i == 0 ? "" : ",") + R"({"sig":"c2ln"})";
    return list;
  }();
  const std::vector<std::string> bad{
      "",
      "[]",
      "null",
      "{}",
      "{\"payload\":\"\",\"payloadType\":\"t\"}",
      "{\"payloadType\":\"t\"," + signatures + "}",
      "{\"payload\":\"\"," + signatures + "}",
      "{\"payload\":1,\"payloadType\":\"t\"," + signatures + "}",
      "{\"payload\":\"a\",\"payloadType\":\"t\"," + signatures + "}",
      "{\"payload\":\"YQ==\\n\",\"payloadType\":\"t\"," + signatures + "}",
      "{\"payload\":\"\",\"payload\":\"\",\"payloadType\":\"t\"," + signatures + "}",
      "{\"payload\":\"\",\"payloadType\":\"t\"," + signatures + "} x",
      R"({"payload":"","payloadType":"t","signatures":[]})",
      R"({"payload":"","payloadType":"t","signatures":{}})",
      R"({"payload":"","payloadType":"t","signatures":["c2ln"]})",
      R"({"payload":"","payloadType":"t","signatures":[{}]})",
      R"({"payload":"","payloadType":"t","signatures":[{"sig":""}]})",
      R"({"payload":"","payloadType":"t","signatures":[{"sig":"!"}]})",
      R"({"payload":"","payloadType":"t","signatures":[{"sig":"c2ln","keyid":1}]})",
      R"({"payload":"","payloadType":"t","signatures":[)" + many + "]}",
      std::string(200'000, '['),
      "{\"payload\":\"" + std::string(2u << 20, 'A') + "\"}",
  };
  for (const std::string& line : bad) {
    CAPTURE(line.substr(0, 100));
    try {
      static_cast<void>(decode_envelope(line));
      FAIL_CHECK("no error");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::verdict);
    }
  }
}
