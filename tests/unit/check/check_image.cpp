#include "composer/check/check_image.hpp"

#include <set>

#include "image_fixture.hpp"

using namespace compose;
using namespace compose::test;

namespace {

std::string sound_tar() {
  return tar_of({tar_entry("bin", EntryType::directory), tar_entry("bin/run", EntryType::file, 700)});
}

CheckResult check(const ImageDraft& draft) { return check_image(draft.ref(), amd64); }

void finds(const ImageDraft& draft, const std::vector<std::string>& expected,
           const std::string& message = "") {
  const CheckResult result = check(draft);
  CHECK(codes(result.findings) == expected);
  CHECK_FALSE(result.image.has_value());
  if (!result.findings.empty()) CHECK_THAT(result.findings[0].message, Catch::Matchers::Contains(message));
}

}  // namespace

TEST_CASE("check_image: a sound image in every compression", "[check]") {
  ImageDraft draft;
  const std::string second =
      tar_of({tar_entry("bin", EntryType::directory), tar_entry("bin/old", EntryType::whiteout)});
  draft.layer(sound_tar(), Compression::zstd)
      .layer(second, Compression::gzip)
      .layer(sound_tar(), Compression::none);
  draft.write();
  std::vector<std::size_t> order;
  std::vector<std::vector<TreeEntry>> entries;
  CheckOptions options;
  options.on_layer = [&](std::size_t position, const std::vector<TreeEntry>& all) {
    order.push_back(position);
    entries.push_back(all);
  };
  const CheckResult result = check_image(draft.ref(), amd64, options);
  CHECK(codes(result.findings).empty());
  REQUIRE(result.image.has_value());
  CHECK(order == std::vector<std::size_t>{0, 1, 2});
  CHECK(entries[0][1].path == "bin/run");
  CHECK(entries[1][1].type == EntryType::whiteout);
  REQUIRE(result.image->layers().size() == 3);
  CHECK(result.image->layers()[1].uncompressed == second.size());
  CHECK(result.image->config().platform == amd64);
  CHECK(result.image->descriptor().digest == draft.descriptor.digest);
  std::string tar;
  result.image->read_layer(1, [&](std::span<const std::byte> bytes) { tar += text_of(bytes); });
  CHECK(tar == second);
}

TEST_CASE("check_image: layers are read side by side and told in order", "[check]") {
  ImageDraft draft;
  for (int i = 0; i < 40; ++i) {
    draft.layer(tar_of({tar_entry(fmt::format("f{}", i), EntryType::file, i % 5 == 0 ? 400'000 : 3)}));
  }
  draft.write();
  for (const unsigned threads : {1u, 2u, 7u}) {
    std::vector<std::string> names;
    CheckOptions options;
    options.threads = threads;
    options.on_layer = [&](std::size_t, const std::vector<TreeEntry>& all) {
      names.push_back(all.at(0).path);
    };
    CHECK(check_image(draft.ref(), amd64, options).image.has_value());
    REQUIRE(names.size() == 40);
    for (std::size_t i = 0; i < names.size(); ++i) CHECK(names[i] == fmt::format("f{}", i));
  }
  CheckOptions throwing;
  throwing.on_layer = [](std::size_t position, const std::vector<TreeEntry>&) {
    if (position == 3) throw usage_error("enough");
  };
  CHECK_THROWS_WITH(check_image(draft.ref(), amd64, throwing), "enough");
}

TEST_CASE("check_image: no layout and no tag are errors, not findings", "[check]") {
  ImageDraft draft;
  draft.layer(sound_tar()).write();
  CHECK_THROWS_AS(check_image({.layout = "/nonexistent", .tag = {}, .digest = {}}, amd64), Error);
  CHECK_THROWS_AS(check_image({.layout = draft.layout(), .tag = "v2", .digest = {}}, amd64), Error);
  overwrite(draft.layout() / "index.json", "{}");
  finds(draft, {"index-invalid"});
}

TEST_CASE("check_image: blobs that are not what their descriptors say", "[check][hostile]") {
  ImageDraft draft;
  draft.layer(sound_tar(), Compression::none).write();
  SECTION("missing") {
    std::filesystem::remove(draft.layer_path(0));
    finds(draft, {"blob-missing"}, "missing");
  }
  SECTION("a link to elsewhere") {
    const auto path = draft.layer_path(0);
    std::filesystem::rename(path, draft.folder.path() / "elsewhere");
    std::filesystem::create_symlink(draft.folder.path() / "elsewhere", path);
    finds(draft, {"blob-missing"}, "not a regular file");
  }
  SECTION("longer") {
    overwrite(draft.layer_path(0), draft.layers[0].blob + "x");
    finds(draft, {"blob-size"}, "bytes, its descriptor says");
  }
  SECTION("other content, still a good tar") {
    std::string other = draft.layers[0].blob;
    other[1024 + 100] = 'y';  // inside the file
    overwrite(draft.layer_path(0), other);
    finds(draft, {"blob-digest", "diff-id"});
  }
  SECTION("manifest") {
    std::string other = draft.manifest.dump();
    other.back() = ' ';
    overwrite(draft.blob_path(draft.descriptor.digest), other);
    finds(draft, {"blob-digest"});
  }
}

TEST_CASE("check_image: manifests that contradict", "[check][hostile]") {
  ImageDraft draft;
  draft.layer(sound_tar());
  SECTION("a manifest that is an index too") {
    draft.manifest["manifests"] = nlohmann::json::array();
    draft.write();
    finds(draft, {"manifest-invalid"}, "manifests");
  }
  SECTION("another media type than listed") {
    draft.manifest["mediaType"] = "application/vnd.docker.distribution.manifest.v2+json";
    draft.write();
    finds(draft, {"manifest-media-type"}, "its descriptor");
  }
  SECTION("an artifact") {
    draft.config_type = "application/vnd.example+json";
    draft.write();
    CHECK_FALSE(check_image({.layout = draft.layout(), .tag = {}, .digest = draft.descriptor.digest}, amd64)
                    .findings.empty());
    finds(draft, {"config-media-type"}, "artifact");
  }
  SECTION("negative size") {
    draft.write();
    draft.manifest["layers"][0]["size"] = -1;
    draft.rewrite_manifest();
    finds(draft, {"manifest-invalid"}, "size");
  }
  SECTION("a digest that climbs") {
    draft.write();
    draft.manifest["layers"][0]["digest"] = "sha256:../../x";
    draft.rewrite_manifest();
    finds(draft, {"manifest-invalid"}, "digest");
  }
  SECTION("embedded data that is another") {
    draft.write();
    draft.manifest["layers"][0]["data"] = "eA==";
    draft.rewrite_manifest();
    finds(draft, {"manifest-invalid"}, "data");
  }
  SECTION("too many layers") {
    for (int i = 0; i < 127; ++i) draft.layers.push_back(draft.layers[0]);
    draft.write();
    finds(draft, {"layer-limit"}, "128 layers");
  }
}

TEST_CASE("check_image: configurations that contradict", "[check][hostile]") {
  ImageDraft draft;
  draft.layer(sound_tar());
  SECTION("no diff_ids") {
    draft.config["rootfs"]["diff_ids"] = nlohmann::json::array();
    draft.write();
    finds(draft, {"layer-count"}, "0 diff_ids");
  }
  SECTION("another diff_id") {
    draft.config["rootfs"]["diff_ids"] = {DiffId(Sha256{}).str()};
    draft.write();
    finds(draft, {"diff-id"}, draft.layers[0].diff_id.str());
  }
  SECTION("the blob's digest as diff_id") {
    draft.config["rootfs"]["diff_ids"] = {"sha256:" + sha256(draft.layers[0].blob).hex()};
    draft.write();
    finds(draft, {"diff-id"});
  }
  SECTION("a history of two layers") {
    draft.config["history"] = {{{"created_by", "a"}}, {{"created_by", "b"}}};
    draft.write();
    finds(draft, {"history-count"}, "2 layers");
  }
  SECTION("a history with empty layers is fine") {
    draft.config["history"] = {{{"created_by", "a"}}, {{"created_by", "b"}, {"empty_layer", true}}};
    draft.write();
    CHECK(check(draft).image.has_value());
  }
  SECTION("not JSON, twice a name, no platform") {
    draft.config.erase("os");
    draft.write();
    finds(draft, {"config-invalid"}, "os");
  }
  SECTION("another platform than listed") {
    draft.write();
    LayoutUpdate update(draft.layout());
    update.commit([&](Index& index) {
      index.manifests[0].platform = Platform{.os = "linux", .architecture = "arm64", .variant = "v8"};
    });
    finds(draft, {"platform"}, "linux/amd64");
  }
}

TEST_CASE("check_image: layers of another type than they say", "[check][hostile]") {
  ImageDraft draft;
  draft.layer(sound_tar(), Compression::gzip);
  SECTION("unknown type") {
    draft.layers[0].media_type = "application/vnd.oci.image.layer.v1.tar+brotli";
    draft.write();
    finds(draft, {"layer-media-type"}, "tar+brotli");
  }
  SECTION("gzip under the name of zstd") {
    draft.layers[0].media_type = layer_media_type(Compression::zstd);
    draft.write();
    finds(draft, {"layer-compression"}, "which are gzip");
  }
  SECTION("gzip under the name of nothing") {
    draft.layers[0].media_type = layer_media_type(Compression::none);
    draft.write();
    finds(draft, {"layer-compression"}, "which are gzip");
  }
  SECTION("a tar under the name of gzip") {
    draft.layers[0].blob = sound_tar();
    draft.write();
    finds(draft, {"layer-compression"}, "gzip");
  }
  SECTION("bytes after the stream") {
    draft.layers[0].blob += std::string(64, '\0');
    draft.write();
    finds(draft, {"layer-compression"}, "gzip");
  }
  SECTION("a foreign layer that is not here is not fetched") {
    draft.layers[0].media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip";
    draft.write();
    CHECK(check(draft).image.has_value());
    std::filesystem::remove(draft.layer_path(0));
    const CheckResult result = check(draft);
    REQUIRE(codes(result.findings) == std::vector<std::string>{"blob-missing"});
    CHECK_THAT(result.findings[0].hint, Catch::Matchers::Contains("never fetches"));
  }
}

TEST_CASE("check_image: rules of tar and whiteouts, named by layer and entry", "[check][hostile]") {
  ImageDraft draft;
  draft.layer(sound_tar());
  draft.layer(tar_of({tar_entry("a", EntryType::whiteout), tar_entry("a"), tar_entry("b"), tar_entry("b")}));
  draft.layer(tar_of({tar_entry("../c")}));
  draft.write();
  const CheckResult result = check(draft);
  CHECK(codes(result.findings) ==
        std::vector<std::string>{"tar-whiteout-and-entry", "tar-duplicate", "tar-climbs"});
  CHECK(result.findings[0].where == "layer 1");
  CHECK_THAT(result.findings[1].message, Catch::Matchers::Contains("'b'"));
  CHECK(result.findings[2].where == "layer 2");
}

TEST_CASE("check_image: the caller chooses how strictly a layer is read", "[check]") {
  ImageDraft draft;
  draft.layer(tar_of({tar_entry("b"), tar_entry("a")}));  // not in the order of our writer
  draft.write();
  CHECK(check(draft).image.has_value());
  CheckOptions options;
  options.dialect = [](std::size_t) { return TarDialect::strict; };
  CHECK(codes(check_image(draft.ref(), amd64, options).findings) == std::vector<std::string>{"tar-order"});
}

TEST_CASE("check_image: all faults, not the first", "[check]") {
  ImageDraft draft;
  draft.layer(sound_tar()).layer(tar_of({tar_entry("x"), tar_entry("x")}));
  draft.config["history"] = {{{"created_by", "a"}}};
  draft.config["rootfs"]["diff_ids"] = {DiffId(Sha256{}).str()};
  draft.write();
  finds(draft, {"layer-count", "history-count", "diff-id", "tar-duplicate"});
}

TEST_CASE("check_image: a byte flipped anywhere is found", "[check][property]") {
  ImageDraft draft;
  draft.layer(sound_tar());
  draft.write();
  std::size_t flipped = 0;
  for (const auto& file : std::filesystem::directory_iterator(draft.layout() / "blobs/sha256")) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string good{std::istreambuf_iterator<char>(in), {}};
    for (std::size_t i = 0; i < good.size(); i += 1 + good.size() / 40) {
      std::string bad = good;
      bad[i] = static_cast<char>(bad[i] ^ 0x04);
      overwrite(file.path(), bad);
      CHECK_FALSE(check(draft).findings.empty());
      ++flipped;
    }
    overwrite(file.path(), good);
  }
  CHECK(flipped > 80);
  CHECK(check(draft).findings.empty());
}

TEST_CASE("check_image: a layer that changes after the check gives no tar", "[check][hostile]") {
  ImageDraft draft;
  draft.layer(sound_tar(), Compression::none);
  draft.write();
  const CheckResult result = check(draft);
  REQUIRE(result.image.has_value());
  std::string other = draft.layers[0].blob;
  other[1024 + 100] = 'y';
  overwrite(draft.layer_path(0), other);
  try {
    result.image->read_layer(0, [](std::span<const std::byte>) {});
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::verdict);
    CHECK_THAT(error.what(), Catch::Matchers::StartsWith("layer 0: "));
  }
}
