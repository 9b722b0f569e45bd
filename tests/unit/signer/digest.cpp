#include "signer/digest.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("digest: SHA-256 of known text", "[signer][digest]") {
  CHECK(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("digest: pieces give the same value as the whole", "[signer][digest]") {
  Sha256Hasher hasher;
  hasher.update("a");
  hasher.update("");
  hasher.update("bc");
  CHECK(hasher.finish() == sha256("abc"));
}

TEST_CASE("digest: only one spelling parses", "[signer][digest]") {
  const std::string hex(64, 'a');
  REQUIRE(BlobDigest::from("sha256:" + hex));
  CHECK(BlobDigest::from("sha256:" + hex)->str() == "sha256:" + hex);
  const auto bad = GENERATE_COPY(values<std::string>(
      {"", hex, "sha256:", "sha256:" + hex.substr(1), "sha256:" + hex + "a", "SHA256:" + hex,
       "sha256:" + std::string(64, 'A'), "sha256:" + std::string(64, 'g'), "sha512:" + hex,
       "sha256:../../../../../../etc/passwd", " sha256:" + hex}));
  CAPTURE(bad);
  CHECK_FALSE(BlobDigest::from(bad));
}

TEST_CASE("digest: chain ids follow OCI config.md", "[signer][digest]") {
  const DiffId a(sha256("a"));
  const DiffId b(sha256("b"));
  const ChainId first = chain_of(std::nullopt, a);
  CHECK(first.str() == a.str());
  CHECK(chain_of(first, b).value() == sha256(a.str() + " " + b.str()));
}

static_assert(!std::is_convertible_v<DiffId, BlobDigest>);
static_assert(!std::is_constructible_v<BlobDigest, DiffId>);
