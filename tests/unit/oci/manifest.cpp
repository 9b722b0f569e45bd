#include "composer/oci/manifest.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

const std::string digest = "sha256:" + sha256("abc").hex();
const std::string part = R"({"mediaType":"a/b","digest":")" + digest + R"(","size":3})";

std::string manifest(const std::string& members) {
  return R"({"schemaVersion":2,"config":)" + part + R"(,"layers":[)" + part + "]" + members + "}";
}
std::string index(const std::string& members) {
  return R"({"schemaVersion":2,"manifests":[)" + part + "]" + members + "}";
}

Descriptor descriptor() { return {.media_type = "a/b", .digest = BlobDigest(sha256("abc")), .size = 3}; }

}  // namespace

TEST_CASE("manifest: canonical bytes", "[oci][manifest]") {
  const Manifest image{.config = descriptor(), .layers = {descriptor()}, .annotations = {{"k", "v"}}};
  CHECK(
      encode_manifest(image) ==
      R"({"annotations":{"k":"v"},"config":{"digest":")" + digest +
          R"(","mediaType":"a/b","size":3},"layers":[{"digest":")" + digest +
          R"(","mediaType":"a/b","size":3}],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2})");
  CHECK(encode_index({}) ==
        R"({"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2})");
}

TEST_CASE("manifest: decode is the inverse of encode", "[oci][manifest]") {
  Manifest image{.artifact_type = "x/y",
                 .config = descriptor(),
                 .layers = {descriptor(), descriptor()},
                 .subject = descriptor(),
                 .annotations = {{"a", "b"}}};
  const Manifest again = decode_manifest(encode_manifest(image));
  CHECK(again.artifact_type == "x/y");
  CHECK(again.config == image.config);
  CHECK(again.layers == image.layers);
  CHECK(again.subject == image.subject);
  CHECK(again.annotations == image.annotations);
  CHECK(again.media_type == manifest_media_type);
  CHECK(encode_manifest(again) == encode_manifest(image));
}

TEST_CASE("manifest: an index written again loses nothing", "[oci][manifest]") {
  const std::string bytes =
      R"({"annotations":{"a":"b"},"artifactType":"x/y","manifests":[{"annotations":{"c":"d"},"digest":")" +
      digest +
      R"(","mediaType":"a/b","newer":{"deep":[1,{"x":null}]},"platform":{"architecture":"amd64","os":"windows","os.version":"10"},"size":3,"urls":["u"]}],)"
      R"("mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2,"subject":)" +
      R"({"digest":")" + digest + R"(","mediaType":"a/b","size":3}})";
  CHECK(encode_index(decode_index(bytes)) == bytes);
}

TEST_CASE("manifest: Docker's media types are read", "[oci][manifest]") {
  const std::string docker = "application/vnd.docker.distribution.manifest.v2+json";
  CHECK(decode_manifest(manifest(R"(,"mediaType":")" + docker + "\"")).media_type == docker);
  CHECK(decode_manifest(manifest("")).media_type.empty());
  const std::string list = "application/vnd.docker.distribution.manifest.list.v2+json";
  CHECK(decode_index(index(R"(,"mediaType":")" + list + "\"")).media_type == list);
}

TEST_CASE("manifest: no document is two things at once (O05)", "[oci][manifest]") {
  CHECK_THROWS_WITH(decode_manifest(manifest(R"(,"manifests":[])")), "manifests: does not belong here");
  CHECK_THROWS_WITH(decode_manifest(manifest(R"(,"manifests":null)")), "manifests: does not belong here");
  CHECK_THROWS_WITH(decode_manifest(manifest(R"(,"fsLayers":[])")), "fsLayers: does not belong here");
  CHECK_THROWS_WITH(decode_index(index(R"(,"layers":[])")), "layers: does not belong here");
  CHECK_THROWS_WITH(decode_index(index(R"(,"config":{})")), "config: does not belong here");
  CHECK_THROWS_WITH(decode_manifest(manifest(R"(,"mediaType":"application/vnd.oci.image.index.v1+json")")),
                    Contains("contradicts"));
  CHECK_THROWS_WITH(decode_index(index(R"(,"mediaType":"application/vnd.oci.image.manifest.v1+json")")),
                    Contains("contradicts"));
  CHECK_THROWS_WITH(decode_manifest(manifest(R"(,"mediaType":"")")), Contains("contradicts"));
}

TEST_CASE("manifest: what is malformed is named", "[oci][manifest]") {
  const auto [text, reason] = GENERATE(table<std::string, std::string>({
      {"", "JSON"},
      {"[]", "the document: not an object"},
      {"{}", "schemaVersion: missing"},
      {R"({"schemaVersion":"2"})", "schemaVersion: not a whole number"},
      {R"({"schemaVersion":1,"config":{},"layers":[]})", "schemaVersion: not 2"},
      {R"({"schemaVersion":2,"layers":[]})", "config: missing"},
      {R"({"schemaVersion":2,"config":null,"layers":[]})", "config: not an object"},
      {R"({"schemaVersion":2,"schemaVersion":2})", "duplicate name 'schemaVersion'"},
      {manifest(R"(,"annotations":{"a":"b","a":"c"})"), "duplicate name 'a'"},
      {manifest(R"(,"subject":{})"), "subject.mediaType: missing"},
      {manifest(R"(,"artifactType":1)"), "artifactType: not a string"},
      {R"({"schemaVersion":2,"config":)" + part + R"(,"layers":null})", "layers: not a list"},
      {R"({"schemaVersion":2,"config":)" + part + R"(,"layers":{}})", "layers: not a list"},
      {R"({"schemaVersion":2,"config":)" + part + R"(,"layers":[)" + part + ",1]}",
       "layers[1]: not an object"},
      {manifest("") + "{}", "JSON"},
  }));
  CAPTURE(text);
  CHECK_THROWS_WITH(decode_manifest(text), Contains(reason));
}

TEST_CASE("manifest: an index's faults are named", "[oci][manifest]") {
  CHECK_THROWS_WITH(decode_index(R"({"schemaVersion":2})"), "manifests: missing");
  CHECK_THROWS_WITH(decode_index(R"({"schemaVersion":2,"manifests":null})"), "manifests: not a list");
  CHECK_THROWS_WITH(
      decode_index(R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":1,"digest":"sha256:x"}]})"),
      "manifests[0].digest: 'sha256:x' is no SHA-256 digest");
}

TEST_CASE("manifest: depth and size are bounded (O07)", "[oci][manifest]") {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK_THROWS_WITH(decode_manifest(manifest(",\"x\":" + deep)), Contains("nested deeper"));
  CHECK_THROWS_WITH(decode_index(index(",\"x\":\"" + std::string(5u << 20, 'x') + "\"")),
                    Contains("larger than"));
}

TEST_CASE("manifest: terminal escapes in a document do not reach a message", "[oci][manifest]") {
  try {
    static_cast<void>(decode_manifest(manifest(R"(,"annotations":{"\u001b[2J":1})")));
    FAIL("was accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == R"(annotations.\x1b[2J: not a string)");
  }
}
