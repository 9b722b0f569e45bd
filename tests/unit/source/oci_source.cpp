#include "composer/source/oci_source.hpp"

#include "signer/custody_bundle.hpp"
#include "source_fixture.hpp"
#include "tests/unit/check/image_fixture.hpp"

using namespace compose;
using namespace compose::test;

namespace {

struct Output {
  TemporaryFolder folder{"compose-output"};
  LayoutUpdate store{folder.path() / "out"};
};

OciLayers load_draft(const ImageDraft& draft, Output& output, const std::string& ref = "v1") {
  return load_oci({draft.layout(), ref}, amd64, output.store);
}

std::string text_of_blob(const BlobStore& store, const Descriptor& blob) {
  std::string bytes;
  const auto fd = store.find(blob.digest);
  REQUIRE(fd.has_value());
  stream_blob(fd->get(), blob, [&](std::span<const std::byte> part) { bytes += text_of(part); });
  return bytes;
}

}  // namespace

TEST_CASE("oci_source: layers byte for byte", "[source][oci]") {
  ImageDraft draft;
  draft.layer(tar_of({tar_entry("a")}), Compression::gzip).layer(tar_of({tar_entry("b"), tar_entry("c")}));
  draft.layers[0].media_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
  draft.write();
  Output output;
  const OciLayers loaded = load_draft(draft, output);
  REQUIRE(loaded.layers.size() == 2);
  CHECK(loaded.layers[0].blob.media_type == layer_media_type(Compression::gzip));
  CHECK(loaded.layers[0].diff_id == draft.layers[0].diff_id);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(text_of_blob(output.store, loaded.layers[i].blob) == draft.layers[i].blob);
  }
  REQUIRE(loaded.entries.size() == 2);
  CHECK(loaded.entries[1][1].path == "c");
  CHECK(loaded.inputs.at("oci") == draft.descriptor.digest.str());
  REQUIRE(loaded.notices.size() == 1);
  CHECK_THAT(loaded.notices[0], Catch::Matchers::EndsWith("not taken over: Env"));
  CHECK(loaded.referrers.empty());

  Output by_digest;
  CHECK(load_draft(draft, by_digest, draft.descriptor.digest.str()).layers.size() == 2);
}

TEST_CASE("oci_source: custody that the image brings is carried", "[source][oci]") {
  ImageDraft draft;
  draft.layer(tar_of({tar_entry("a")})).write();
  LayoutUpdate update(draft.layout());
  Manifest artifact{.artifact_type = std::string(custody_artifact_type),
                    .config = update.add(empty_media_type, "{}"),
                    .layers = {update.add("application/example", "entries")},
                    .subject = Descriptor{.media_type = draft.descriptor.media_type,
                                          .digest = draft.descriptor.digest,
                                          .size = draft.descriptor.size}};
  Descriptor listed = update.add(manifest_media_type, encode_manifest(artifact));
  listed.artifact_type = artifact.artifact_type;
  update.commit([&](Index& index) { index.manifests.push_back(listed); });

  Output output;
  const OciLayers loaded = load_draft(draft, output);
  REQUIRE(loaded.referrers.size() == 1);
  CHECK(loaded.referrers[0].digest == listed.digest);
  CHECK(text_of_blob(output.store, artifact.layers[0]) == "entries");
  CHECK(text_of_blob(output.store, listed) == encode_manifest(artifact));

  overwrite(draft.blob_path(artifact.layers[0].digest), "other!!");
  Output second;
  refused([&] { static_cast<void>(load_draft(draft, second)); }, "custody sha256:");
}

TEST_CASE("oci_source: a damaged image is an error of the recipe", "[source][oci][hostile]") {
  ImageDraft draft;
  draft.layer(tar_of({tar_entry("a"), tar_entry("a"), tar_entry("../b")})).write();
  Output output;
  const Error error = error_of([&] { static_cast<void>(load_draft(draft, output)); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.what(), Catch::Matchers::Contains("layer 0: entry 'a': it is there twice"));
  refused([&] { static_cast<void>(load_draft(draft, output, "none")); }, "none");
}

TEST_CASE("oci_source: another platform, no layers", "[source][oci]") {
  ImageDraft draft;
  draft.layer(tar_of({tar_entry("a")})).write();
  Output output;
  const Platform arm{.os = "linux", .architecture = "arm64", .variant = "v8"};
  refused(
      [&] {
        static_cast<void>(load_oci({draft.layout(), "v1"}, arm, output.store));
      },
      "is for linux/amd64, the recipe for linux/arm64/v8");
  ImageDraft empty;
  empty.write();
  refused([&] { static_cast<void>(load_draft(empty, output)); }, "no layers");
}
