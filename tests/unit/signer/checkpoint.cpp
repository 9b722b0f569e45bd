#include "signer/checkpoint.hpp"

#include <catch2/catch.hpp>

#include "signer/base64.hpp"
#include "signer/error.hpp"
#include "tests/unit/signer/fake_signer.hpp"

using namespace compose;
using namespace compose::test;

namespace {

const EntryId custody(sha256(std::string_view("genesis")));

SignedCheckpoint signed_example() {
  return sign_checkpoint({checkpoint_origin(custody), 7, sha256(std::string_view("root"))}, FakeSigner());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("checkpoint: the note is written as signed-note and tlog-checkpoint say", "[signer][checkpoint]") {
  const SignedCheckpoint made = signed_example();
  CHECK(made.text ==
        "compose.custody/aeebad4a796fcc2e15dc4c6061b45ed9b373f26adfc798ca7d2d8cc58182718e\n7\n"
        "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n");
  const std::string line = made.note.substr(made.text.size());
  CHECK(line.starts_with("\n\xe2\x80\x94 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa "));
  CHECK(line.ends_with("\n"));
  // first 4 bytes of SHA-256(name LF 0xff "urn:compose:openpgp:v1" fingerprint), worked out apart
  const std::string blob = *from_base64(line.substr(46, line.size() - 47));
  const std::string preimage =
      std::string(40, 'a') + "\n\xff" + "urn:compose:openpgp:v1" + std::string(20, '\xaa');
  const Sha256 hash = sha256(preimage);
  CHECK(to_hex(std::as_bytes(std::span(blob.data(), 4))) == hash.hex().substr(0, 8));
  CHECK(blob.substr(4) == FakeSigner().sign(made.text));
}

TEST_CASE("checkpoint: decoding gives back what was signed", "[signer][checkpoint]") {
  const SignedCheckpoint made = signed_example();
  const SignedCheckpoint read = decode_checkpoint(made.note);
  CHECK(read.text == made.text);
  CHECK(read.note == made.note);
  CHECK(read.checkpoint.origin == checkpoint_origin(custody));
  CHECK(read.checkpoint.size == 7);
  CHECK(read.checkpoint.root == sha256(std::string_view("root")));
  REQUIRE(read.signatures.size() == 1);
  CHECK(read.signatures[0].name == std::string(40, 'a'));
  CHECK(read.signatures[0].signature == FakeSigner().sign(made.text));
}

TEST_CASE("checkpoint: signatures of unknown signers are ignored", "[signer][checkpoint]") {
  const std::string note = signed_example().note;
  const std::string witness = note + "\xe2\x80\x94 witness.example/w1 " + to_base64("kkkksignature") + "\n";
  CHECK(decode_checkpoint(witness).signatures.size() == 1);
  // the right name with a key id of another type
  const std::string typed =
      note + "\xe2\x80\x94 " + std::string(40, 'b') + " " + to_base64("kkkksignature") + "\n";
  CHECK(decode_checkpoint(typed).signatures.size() == 1);
  const std::string upper = replaced(note, std::string(40, 'a'), std::string(40, 'A'));
  CHECK(decode_checkpoint(upper).signatures.empty());
}

TEST_CASE("checkpoint: every other spelling is refused", "[signer][checkpoint]") {
  const std::string note = signed_example().note;
  const std::string root = "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=";
  const std::string line = note.substr(note.find("\xe2\x80\x94"));
  const auto [text, why] = GENERATE_COPY(table<std::string, std::string>({
      {"", "origin line is missing"},
      {note.substr(0, 20), "origin line is missing"},
      {note.substr(0, note.size() - 1), "signature line is missing or has no end"},
      {replaced(note, "compose.custody/", "compose custody/"), "origin is not plain"},
      {replaced(note, "compose.custody/", "compose\x1b/"), "origin is not plain"},
      {"\n" + note, "origin is not plain"},
      {replaced(note, "\n7\n", "\n07\n"), "size is not a number"},
      {replaced(note, "\n7\n", "\n+7\n"), "size is not a number"},
      {replaced(note, "\n7\n", "\n-7\n"), "size is not a number"},
      {replaced(note, "\n7\n", "\n7 \n"), "size is not a number"},
      {replaced(note, "\n7\n", "\n\n"), "size is not a number"},
      {replaced(note, "\n7\n", "\n18446744073709551616\n"), "size is not a number"},
      {replaced(note, root, "SBNJTRN-FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I="), "root is not base64"},
      {replaced(note, root, "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7J="), "root is not base64"},
      {replaced(note, root, "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I"), "root is not base64"},
      {replaced(note, root, "SBNJTRN+"), "root is not 32 bytes"},
      {replaced(note, root + "\n", root + "\r\n"), "root is not base64"},
      {replaced(note, root + "\n", root + "\nextension\n"), "extension lines"},
      {note.substr(0, note.size() - line.size()), "there is no signature"},
      {replaced(note, "\xe2\x80\x94 ", "- "), "no dash"},
      {replaced(note, "\xe2\x80\x94 ", "\xe2\x80\x94  "), "no name"},
      {replaced(note, " " + line.substr(45), "\n"), "no name"},
      {note + "\n", "no dash"},
      {note + "\xe2\x80\x94 x !\n", "a signature is not base64"},
      {note + "\xe2\x80\x94 x AAAA\n", "too short"},
      {std::string(70000, 'a'), "larger than"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(decode_checkpoint(text), Catch::StartsWith("checkpoint: ") && Catch::Contains(why));
}

TEST_CASE("checkpoint: a note with endless signatures is refused", "[signer][checkpoint]") {
  std::string note = signed_example().note;
  for (int i = 0; i < 64; ++i) note += "\xe2\x80\x94 w AAAAAAA=\n";
  CHECK_THROWS_WITH(decode_checkpoint(note), Catch::Contains("more than 64 signatures"));
}

TEST_CASE("checkpoint: flipping any bit changes or refuses it", "[signer][checkpoint]") {
  const SignedCheckpoint made = signed_example();
  for (std::size_t i = 0; i < made.note.size(); ++i) {
    std::string note = made.note;
    note[i] = static_cast<char>(note[i] ^ 1 << (i % 8));
    try {
      const SignedCheckpoint read = decode_checkpoint(note);
      const bool same = read.text == made.text && read.signatures.size() == 1 &&
                        read.signatures[0].name == made.signatures[0].name &&
                        read.signatures[0].signature == made.signatures[0].signature;
      CHECK_FALSE(same);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::verdict);
    }
  }
}
