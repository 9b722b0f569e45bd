#include "composer/oci/descriptor.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "signer/base64.hpp"
#include "signer/error.hpp"
#include "signer/strict_json.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

const std::string digest = "sha256:" + sha256("abc").hex();

Descriptor decode(const std::string& members) {
  const std::string text = R"({"mediaType":"a/b","digest":")" + digest + R"(","size":3)" + members + "}";
  return decode_descriptor(parse_strict_json(text), "d");
}

}  // namespace

TEST_CASE("descriptor: layer media types", "[oci][descriptor]") {
  CHECK(layer_media_type(Compression::none) == "application/vnd.oci.image.layer.v1.tar");
  CHECK(layer_media_type(Compression::gzip) == "application/vnd.oci.image.layer.v1.tar+gzip");
  CHECK(layer_media_type(Compression::zstd) == "application/vnd.oci.image.layer.v1.tar+zstd");
  CHECK(layer_compression("application/vnd.docker.image.rootfs.diff.tar.gzip") == Compression::gzip);
  CHECK(layer_compression("application/vnd.oci.image.layer.nondistributable.v1.tar") == Compression::none);
  CHECK_FALSE(layer_compression("application/vnd.docker.image.rootfs.diff.tar.zstd"));
  CHECK_FALSE(layer_compression("application/vnd.oci.image.layer.v1.tar+GZIP"));
  CHECK_FALSE(layer_compression(""));
}

TEST_CASE("descriptor: all fields go through", "[oci][descriptor]") {
  const std::string members =
      R"(,"annotations":{"a":"b"},"artifactType":"x/y","data":"YWJj",)"
      R"("platform":{"architecture":"arm64","os":"linux","os.features":["f"],"variant":"v8"},)"
      R"("urls":["https://example.com/x"])";
  const Descriptor descriptor = decode(members);
  CHECK(descriptor.media_type == "a/b");
  CHECK(descriptor.digest.str() == digest);
  CHECK(descriptor.size == 3);
  CHECK(descriptor.annotations.at("a") == "b");
  CHECK(descriptor.artifact_type == "x/y");
  REQUIRE(descriptor.platform);
  CHECK(descriptor.platform->variant == "v8");
  const std::string again = canonical_json(encode_descriptor(descriptor));
  CHECK(again == canonical_json(parse_strict_json(R"({"mediaType":"a/b","digest":")" + digest +
                                                  R"(","size":3)" + members + "}")));
  CHECK(decode_descriptor(parse_strict_json(again), "d") == descriptor);
}

TEST_CASE("descriptor: bad digests never come near a path (O03)", "[oci][descriptor]") {
  const auto bad = GENERATE_COPY(values<std::string>(
      {"sha256:../../../../etc/passwd", "sha256:../../x", "", "sha256:", digest.substr(7),
       digest.substr(0, 70), digest + "0", "SHA256:" + digest.substr(7), "sha512:" + digest.substr(7),
       "sha256:" + std::string(64, 'A'), "md5:abc", "sha256:" + std::string(64, '/'), digest + "\\u0000"}));
  const std::string text = R"({"mediaType":"a/b","size":3,"digest":")" + bad + "\"}";
  CAPTURE(text);
  CHECK_THROWS_WITH(decode_descriptor(parse_strict_json(text), "layers[1]"),
                    Contains("layers[1].digest") && Contains("is no SHA-256 digest"));
}

TEST_CASE("descriptor: bad sizes (O02)", "[oci][descriptor]") {
  const auto [size, reason] =
      GENERATE(table<std::string, std::string>({{"-1", "negative"},
                                                {"-9223372036854775808", "negative"},
                                                {"9223372036854775808", "too large"},
                                                {"18446744073709551615", "too large"},
                                                {"18446744073709551616", "not a whole"},
                                                {"1.5", "not a whole"},
                                                {"1e3", "not a whole"},
                                                {"\"3\"", "not a whole"},
                                                {"null", "not a whole"},
                                                {"true", "not a whole"}}));
  const std::string text = R"({"mediaType":"a/b","digest":")" + digest + "\",\"size\":" + size + "}";
  CAPTURE(text);
  CHECK_THROWS_WITH(decode_descriptor(parse_strict_json(text), "config"),
                    Contains("config.size: ") && Contains(reason));
}

TEST_CASE("descriptor: embedded data must be the blob (O13)", "[oci][descriptor]") {
  CHECK_NOTHROW(decode(",\"data\":\"" + to_base64("abc") + "\""));
  for (const std::string bad : {"abd", "ab", "abcd", ""}) {
    CHECK_THROWS_WITH(decode(",\"data\":\"" + to_base64(bad) + "\""), "d.data: not what digest and size say");
  }
  CHECK_THROWS_WITH(decode(R"(,"data":"YWJj=")"), "d.data: not base64");
  CHECK_THROWS_WITH(decode(R"(,"data":3)"), "d.data: not a string");
}

TEST_CASE("descriptor: wrong types and missing fields", "[oci][descriptor]") {
  CHECK_THROWS_WITH(decode(R"(,"annotations":{"a":1})"), "d.annotations.a: not a string");
  CHECK_THROWS_WITH(decode(R"(,"annotations":null)"), "d.annotations: not an object");
  CHECK_THROWS_WITH(decode(R"(,"annotations":[])"), "d.annotations: not an object");
  CHECK_THROWS_WITH(decode(R"(,"urls":"x")"), "d.urls: not a list");
  CHECK_THROWS_WITH(decode(R"(,"urls":[1])"), "d.urls[0]: not a string");
  CHECK_THROWS_WITH(decode(R"(,"platform":{"os":"linux"})"), "d.platform.architecture: missing");
  CHECK_THROWS_WITH(decode(R"(,"platform":"linux")"), "d.platform: not an object");
  CHECK_THROWS_WITH(decode(R"(,"artifactType":"")"), Contains("d.artifactType: '' is no media type"));
  CHECK_THROWS_WITH(decode_descriptor(parse_strict_json("[]"), "d"), "d: not an object");
  CHECK_THROWS_WITH(decode_descriptor(parse_strict_json("{}"), "d"), "d.mediaType: missing");
}

TEST_CASE("descriptor: media types follow RFC 6838", "[oci][descriptor]") {
  const auto bad = GENERATE(values<std::string>(
      {"", "a", "/", "a/", "/b", "a/b/c", "a/b c", "a/b;x=y", ".a/b", "a/b\\n", "\\u001b[2J/x"}));
  const std::string text = R"({"digest":")" + digest + R"(","size":3,"mediaType":")" + bad + "\"}";
  CAPTURE(text);
  CHECK_THROWS_WITH(decode_descriptor(parse_strict_json(text), "d"), Contains("is no media type"));
}
