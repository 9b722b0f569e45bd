// Small images, sound or damaged in one place.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "composer/check/check_image.hpp"
#include "composer/layer/compress.hpp"
#include "composer/layer/tar_header.hpp"
#include "composer/oci/layout_update.hpp"
#include "signer/error.hpp"
#include "signer/temporary_folder.hpp"

namespace compose::test {

inline std::string tar_of(const std::vector<TreeEntry>& entries) {
  std::string bytes;
  for (const TreeEntry& entry : entries) {
    append_tar_header(bytes, entry);
    bytes.append(entry.size, 'x');
    bytes.append((512 - bytes.size() % 512) % 512, '\0');
  }
  return bytes + std::string(1024, '\0');
}

inline TreeEntry tar_entry(std::string path, EntryType type = EntryType::file, std::uint64_t size = 0) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  entry.size = size;
  entry.attributes.mode = type == EntryType::directory ? 0755 : 0644;
  return entry;
}

inline std::string packed(Compression compression, std::string_view bytes) {
  CompressionPool pool(1);
  std::string out;
  CompressStream stream(pool, compression, [&](std::span<const std::byte> part) { out += text_of(part); });
  stream.write(bytes_of(bytes));
  stream.finish();
  return out;
}

// Everything can be changed before the image is written.
struct ImageDraft {
  struct Layer {
    std::string media_type;
    std::string blob;
    DiffId diff_id;
  };
  TemporaryFolder folder{"compose-image"};
  std::vector<Layer> layers;
  nlohmann::json config = {{"os", "linux"}, {"architecture", "amd64"}, {"config", {{"Env", {"A=1"}}}}};
  nlohmann::json manifest = {{"schemaVersion", 2}, {"mediaType", manifest_media_type}};
  std::string config_type{config_media_type};
  Descriptor descriptor{.media_type = "", .digest = BlobDigest(Sha256{})};
  nlohmann::json listed;  // what the index says of the manifest, once written

  [[nodiscard]] std::filesystem::path layout() const { return folder.path() / "layout"; }
  [[nodiscard]] ImageRef ref() const { return {.layout = layout(), .tag = "v1", .digest = {}}; }

  ImageDraft& layer(const std::string& tar, Compression compression = Compression::zstd) {
    layers.push_back({layer_media_type(compression), packed(compression, tar), DiffId(sha256(tar))});
    return *this;
  }

  void write() {
    LayoutUpdate update(layout());
    auto& diff_ids = config["rootfs"]["diff_ids"];
    config["rootfs"]["type"] = "layers";
    if (diff_ids.is_null()) {
      diff_ids = nlohmann::json::array();
      for (const Layer& one : layers) diff_ids.push_back(one.diff_id.str());
    }
    manifest["config"] = encode_descriptor(update.add(config_type, config.dump()));
    manifest["layers"] = nlohmann::json::array();
    for (const Layer& one : layers) {
      manifest["layers"].push_back(encode_descriptor(update.add(one.media_type, one.blob)));
    }
    commit(update);
  }

  // Writes the manifest again as it is now.
  void rewrite_manifest() {
    LayoutUpdate update(layout());
    commit(update);
  }

  [[nodiscard]] std::filesystem::path blob_path(const BlobDigest& digest) const {
    return layout() / "blobs/sha256" / digest.hex();
  }
  [[nodiscard]] std::filesystem::path layer_path(std::size_t i) const {
    return blob_path(BlobDigest(sha256(layers[i].blob)));
  }

 private:
  void commit(LayoutUpdate& update) {
    descriptor = update.add(manifest_media_type, manifest.dump());
    descriptor.annotations[std::string(ref_name_annotation)] = "v1";
    update.commit([&](Index& index) { index.manifests = {descriptor}; });
  }
};

inline const Platform amd64{.os = "linux", .architecture = "amd64", .variant = ""};

inline std::vector<std::string> codes(const Findings& findings) {
  std::vector<std::string> all;
  for (const Finding& finding : findings) all.push_back(finding.code);
  return all;
}

inline void overwrite(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::remove(path);
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace compose::test
