// Layouts made by hand, so that they can be wrong in every way.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "composer/oci/layout.hpp"
#include "signer/atomic_file.hpp"
#include "signer/temporary_folder.hpp"

namespace compose::test {

namespace fs = std::filesystem;

inline const Platform amd64{.os = "linux", .architecture = "amd64", .variant = {}};
inline const Platform arm64{.os = "linux", .architecture = "arm64", .variant = "v8"};

class HandMade {
 public:
  HandMade() : folder_("compose-layout") {
    fs::create_directories(blobs());
    write("oci-layout", R"({"imageLayoutVersion": "1.0.0"})");
  }

  [[nodiscard]] fs::path path() const { return folder_.path(); }
  [[nodiscard]] fs::path blobs() const { return path() / "blobs" / "sha256"; }
  [[nodiscard]] fs::path blob_path(const Descriptor& blob) const { return blobs() / blob.digest.hex(); }

  void write(const std::string& name, std::string_view bytes) const { replace_file(path() / name, bytes); }

  Descriptor blob(std::string_view media_type, std::string_view bytes) const {
    const Descriptor descriptor{
        .media_type = std::string(media_type), .digest = BlobDigest(sha256(bytes)), .size = bytes.size()};
    replace_file(blob_path(descriptor), bytes);
    return descriptor;
  }

  // An image that differs from others by `mark`.
  Descriptor image(const std::string& mark) const {
    const Manifest manifest{.config = blob(config_media_type, "{\"x\":\"" + mark + "\"}")};
    return blob(manifest_media_type, encode_manifest(manifest));
  }

  Descriptor referrer(const Descriptor& subject, const std::string& type, bool listed_type = true) const {
    const Manifest manifest{
        .artifact_type = type, .config = blob(empty_media_type, "{}"), .subject = subject};
    Descriptor descriptor = blob(manifest_media_type, encode_manifest(manifest));
    if (listed_type) descriptor.artifact_type = type;
    return descriptor;
  }

  void index(std::vector<Descriptor> manifests) const {
    write("index.json", encode_index({.manifests = std::move(manifests)}));
  }

  [[nodiscard]] Descriptor resolve(const std::string& suffix = "", const Platform& platform = amd64) const {
    return Layout(path()).resolve(ImageRef::parse(path().string() + suffix), platform);
  }

 private:
  TemporaryFolder folder_;
};

inline Descriptor tagged(Descriptor descriptor, const std::string& tag) {
  descriptor.annotations[std::string(ref_name_annotation)] = tag;
  return descriptor;
}

inline Descriptor on(Descriptor descriptor, const Platform& platform) {
  descriptor.platform = platform;
  return descriptor;
}

// All names in a folder and below, sorted.
inline std::vector<std::string> everything_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    names.push_back(entry.path().lexically_relative(folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace compose::test
