#include "composer/oci/layout.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/unit/oci/layouts.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

template <typename Action>
Error error_of(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {ErrorKind::failure, ""};
}

Error open_error(const fs::path& path) {
  return error_of([&] { const Layout layout(path); });
}

Error resolve_error(const HandMade& layout, const std::string& suffix, const Platform& platform = amd64) {
  return error_of([&] { static_cast<void>(layout.resolve(suffix, platform)); });
}

}  // namespace

TEST_CASE("layout: what is no layout is a usage error", "[oci][layout]") {
  const TemporaryFolder folder("compose-test");
  CHECK(open_error(folder.path() / "absent").kind() == ErrorKind::usage);
  CHECK(open_error(folder.path()).kind() == ErrorKind::usage);
  CHECK_THAT(open_error(folder.path()).what(), Contains("no OCI image layout"));
  replace_file(folder.path() / "file", "x");
  CHECK(open_error(folder.path() / "file").kind() == ErrorKind::usage);
}

TEST_CASE("layout: the version must be known", "[oci][layout]") {
  const HandMade made;
  made.index({});
  const auto text =
      GENERATE(values<std::string>({R"({"imageLayoutVersion":"1.0.1"})", R"({"imageLayoutVersion":1})", "{}",
                                    "", "1.0.0", R"({"imageLayoutVersion":"1.0.0"}x)"}));
  CAPTURE(text);
  CHECK_NOTHROW(Layout(made.path()));
  made.write("oci-layout", text);
  CHECK(open_error(made.path()).kind() == ErrorKind::verdict);
}

TEST_CASE("layout: a broken index is a verdict", "[oci][layout]") {
  const HandMade made;
  CHECK(open_error(made.path()).kind() == ErrorKind::verdict);
  const auto text = GENERATE(values<std::string>(
      {"", "{}", "[]", R"({"schemaVersion":2,"manifests":null})",
       R"({"schemaVersion":2,"manifests":[],"layers":[]})",
       R"({"schemaVersion":2,"manifests":[],"manifests":[]})",
       R"({"schemaVersion":2,"manifests":[{"mediaType":"a/b","size":-1,"digest":"sha256:00"}]})"}));
  CAPTURE(text);
  made.write("index.json", text);
  const Error error = open_error(made.path());
  CHECK(error.kind() == ErrorKind::verdict);
  CHECK_THAT(error.what(), Contains("index.json: "));
}

TEST_CASE("layout: an index above the cap is refused before it is parsed", "[oci][layout]") {
  const HandMade made;
  made.write("index.json", std::string((4u << 20) + 1, ' '));
  CHECK_THAT(open_error(made.path()).what(), Contains("larger than"));
  fs::remove(made.path() / "index.json");
  REQUIRE(::mkfifo((made.path() / "index.json").c_str(), 0600) == 0);
  CHECK_THAT(open_error(made.path()).what(), Contains("not a regular file"));
}

TEST_CASE("layout: path-like and control-ridden names are refused (O12)", "[oci][layout]") {
  const HandMade made;
  const auto name = GENERATE(values<std::string>({"../../x", "/etc/passwd", "", "a\x1b[2J", "a b"}));
  CAPTURE(name);
  made.index({tagged(made.image("a"), name)});
  CHECK_THAT(open_error(made.path()).what(), Contains("is no reference"));
}

TEST_CASE("layout: by tag, by digest, the only one", "[oci][layout]") {
  const HandMade made;
  const Descriptor a = made.image("a");
  const Descriptor b = made.image("b");
  made.index({tagged(a, "1"), tagged(a, "1.0"), tagged(b, "2")});
  CHECK(made.resolve(":1").digest == a.digest);
  CHECK(made.resolve(":1.0").digest == a.digest);
  CHECK(made.resolve(":2").digest == b.digest);
  CHECK(made.resolve("@" + b.digest.str()).digest == b.digest);
  CHECK(Layout(made.path()).tags() == std::vector<std::string>{"1", "1.0", "2"});
  made.index({tagged(a, "1"), tagged(a, "1.0")});
  CHECK(made.resolve("").digest == a.digest);
  made.index({b});
  CHECK(made.resolve("").digest == b.digest);
  made.index({a, tagged(b, "2")});  // a tag that moved
  CHECK(made.resolve("").digest == b.digest);
}

TEST_CASE("layout: what is not meant is a usage error with the list", "[oci][layout]") {
  const HandMade made;
  const Descriptor a = made.image("a");
  const Descriptor b = made.image("b");
  made.index({tagged(a, "1"), tagged(b, "2")});
  for (const std::string& suffix : std::vector<std::string>{"", ":3", "@sha256:" + std::string(64, '0')}) {
    CAPTURE(suffix);
    const Error error = resolve_error(made, suffix);
    CHECK(error.kind() == ErrorKind::usage);
    CHECK_THAT(error.hint(), Contains(made.path().string() + ":1") && Contains(made.path().string() + ":2"));
  }
  made.index({a, b});
  CHECK_THAT(resolve_error(made, "").hint(),
             Contains("@" + a.digest.str()) && Contains("@" + b.digest.str()));
  made.index({});
  CHECK(resolve_error(made, "").kind() == ErrorKind::usage);
}

TEST_CASE("layout: one tag on two images is a verdict", "[oci][layout]") {
  const HandMade made;
  made.index({tagged(made.image("a"), "1"), tagged(made.image("b"), "1")});
  CHECK(resolve_error(made, ":1").kind() == ErrorKind::verdict);
}

TEST_CASE("layout: referrers and artifacts are not counted", "[oci][layout]") {
  const HandMade made;
  const Descriptor image = made.image("a");
  const bool listed = GENERATE(true, false);
  Descriptor artifact = made.blob(
      manifest_media_type, encode_manifest({.config = made.blob("application/vnd.x.config+json", "{}")}));
  made.index({made.referrer(image, "x/custody", listed), image, artifact,
              made.blob("application/vnd.unknown", "hello")});
  CHECK(made.resolve("").digest == image.digest);
}

TEST_CASE("layout: the referrers of an image", "[oci][layout]") {
  const HandMade made;
  const Descriptor a = made.image("a");
  const Descriptor b = made.image("b");
  const Descriptor good = made.referrer(a, "x/custody");
  const Descriptor unlisted = made.referrer(b, "x/custody", false);
  const Descriptor other = made.referrer(a, "x/sbom");
  Descriptor broken = made.blob(manifest_media_type, "{}");
  made.index({a, b, good, good, unlisted, other, broken});
  const auto digests = [&](const Descriptor& image) {
    std::vector<BlobDigest> found;
    for (const auto& each : Layout(made.path()).referrers(image.digest, "x/custody"))
      found.push_back(each.digest);
    return found;
  };
  CHECK(digests(a) == std::vector{good.digest});
  CHECK(digests(b) == std::vector{unlisted.digest});
  broken.artifact_type = "x/custody";  // it may be meant, so it must not be overlooked
  made.index({a, b, good, broken});
  CHECK(digests(a) == std::vector{good.digest, broken.digest});
}

TEST_CASE("layout: an index of several platforms", "[oci][layout]") {
  const HandMade made;
  const Descriptor a = made.image("a");
  const Descriptor b = made.image("b");
  Platform unknown{.os = "unknown", .architecture = "unknown", .variant = {}};
  const auto index_of = [&](std::vector<Descriptor> manifests) {
    return made.blob(index_media_type, encode_index({.manifests = std::move(manifests)}));
  };
  made.index(
      {tagged(index_of({on(made.image("sbom"), unknown), on(a, amd64), on(b, arm64), on(b, amd64)}), "1")});
  CHECK(made.resolve(":1", amd64).digest == a.digest);
  CHECK(made.resolve("", arm64).digest == b.digest);
  CHECK(made.resolve("", {.os = "linux", .architecture = "arm64", .variant = {}}).digest == b.digest);
  CHECK(made.resolve("@" + b.digest.str()).digest == b.digest);  // listed only inside
  const Error error = resolve_error(made, "", {.os = "linux", .architecture = "riscv64", .variant = {}});
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.hint(), Contains("linux/amd64") && Contains("linux/arm64/v8"));
  made.index({index_of({index_of({a})})});
  CHECK(made.resolve("").digest == a.digest);
}

TEST_CASE("layout: platforms side by side under one tag", "[oci][layout]") {
  const HandMade made;
  const Descriptor a = on(made.image("a"), amd64);
  const Descriptor b = on(made.image("b"), arm64);
  made.index({tagged(a, "1"), tagged(b, "1")});
  CHECK(made.resolve(":1", amd64).digest == a.digest);
  CHECK(made.resolve(":1", arm64).digest == b.digest);
  CHECK(made.resolve("", arm64).digest == b.digest);
  made.index({tagged(a, "1"), tagged(b, "2")});
  CHECK(resolve_error(made, "").kind() == ErrorKind::usage);
}

TEST_CASE("layout: indexes cannot be nested without end", "[oci][layout]") {
  const HandMade made;
  Descriptor inner = made.image("a");
  for (int i = 0; i < 20; ++i) inner = made.blob(index_media_type, encode_index({.manifests = {inner}}));
  made.index({inner});
  CHECK_THAT(resolve_error(made, "").what(), Contains("nested too deeply"));
}

TEST_CASE("layout: what a tag names must be an image", "[oci][layout]") {
  const HandMade made;
  made.index({tagged(made.blob("text/plain", "x"), "1")});
  CHECK(resolve_error(made, ":1").kind() == ErrorKind::verdict);
}

TEST_CASE("layout: blobs are checked against digest and size (O01)", "[oci][layout]") {
  const HandMade made;
  made.index({});
  const Layout layout(made.path());
  const Descriptor blob = made.blob("a/b", "hello");
  const auto read = [&](const Descriptor& descriptor, std::size_t most = 100) {
    return layout.read_blob(descriptor, most);
  };
  CHECK(read(blob) == "hello");
  CHECK(read(blob, 5) == "hello");
  CHECK(read(made.blob("a/b", "")).empty());
  CHECK_THAT(error_of([&] { read(blob, 4); }).what(), Contains("at most 4 are read"));
  Descriptor wrong = blob;
  wrong.size = 6;
  CHECK_THAT(error_of([&] { read(wrong); }).what(),
             Contains(blob.digest.str() + ": 5 bytes, its descriptor says 6"));
  wrong.size = 4;
  CHECK_THAT(error_of([&] { read(wrong); }).what(), Contains("larger than the 4 bytes"));
  replace_file(made.blob_path(blob), "hellO");
  const Error error = error_of([&] { read(blob); });
  CHECK(error.kind() == ErrorKind::verdict);
  CHECK_THAT(error.what(), Contains(blob.digest.str()) && Contains(sha256("hellO").hex()));
}

TEST_CASE("layout: reading stops one byte after the size (O01)", "[oci][layout]") {
  const HandMade made;
  made.index({});
  Descriptor blob = made.blob("a/b", std::string(5'000'000, 'x'));
  blob.size = 3'000'000;
  std::size_t seen = 0;
  const UniqueFd fd = Layout(made.path()).open_blob(blob.digest);
  CHECK_THROWS_AS(stream_blob(fd.get(), blob, [&](auto bytes) { seen += bytes.size(); }), Error);
  CHECK(seen <= blob.size);
}

TEST_CASE("layout: a blob is a regular file", "[oci][layout]") {
  const HandMade made;
  made.index({});
  const Layout layout(made.path());
  const Descriptor blob = made.blob("a/b", "hello");
  const auto error = [&] { return error_of([&] { static_cast<void>(layout.open_blob(blob.digest)); }); };
  fs::rename(made.blob_path(blob), made.path() / "elsewhere");
  CHECK(error().kind() == ErrorKind::verdict);
  CHECK_THAT(error().what(), Contains("missing"));
  fs::create_symlink(made.path() / "elsewhere", made.blob_path(blob));
  CHECK_THAT(error().what(), Contains("not a regular file"));
  fs::remove(made.blob_path(blob));
  fs::create_directory(made.blob_path(blob));
  CHECK_THAT(error().what(), Contains("not a regular file"));
  fs::remove(made.blob_path(blob));
  REQUIRE(::mkfifo(made.blob_path(blob).c_str(), 0600) == 0);
  CHECK_THAT(error().what(), Contains("not a regular file"));
}

TEST_CASE("layout: the folder of blobs may be a symbolic link", "[oci][layout]") {
  const HandMade made;
  made.index({});
  const Descriptor blob = made.blob("a/b", "hello");
  fs::rename(made.path() / "blobs", made.path() / "store");
  fs::create_directory_symlink("store", made.path() / "blobs");
  CHECK(Layout(made.path()).read_blob(blob) == "hello");
}
