// OCI image manifests and indexes (image-spec manifest.md, image-index.md): typed views over
// bytes that are kept and hashed as they are, never re-serialised.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composer/oci/descriptor.hpp"

namespace compose {

struct Manifest {
  std::string artifact_type = {};  // "" for an image
  Descriptor config;
  std::vector<Descriptor> layers = {};
  std::optional<Descriptor> subject = {};
  std::map<std::string, std::string> annotations = {};
  std::string media_type = {};  // as decoded; "" if the manifest does not say
};

struct Index {
  std::vector<Descriptor> manifests = {};
  std::map<std::string, std::string> annotations = {};
  std::string media_type = {};  // as decoded; "" if the index does not say
  std::string other = {};       // unknown members as canonical JSON, as in Descriptor
  bool operator==(const Index&) const = default;
};

// Canonical JSON (sorted names, no spaces). schemaVersion and OCI's mediaType are always written.
[[nodiscard]] std::string encode_manifest(const Manifest& manifest);
[[nodiscard]] std::string encode_index(const Index& index);

// Strict: duplicate names, wrong types, both `manifests` and `layers`, a mediaType that
// contradicts, negative sizes, bad digests are verdict Errors that name the field.
[[nodiscard]] Manifest decode_manifest(std::string_view bytes);
[[nodiscard]] Index decode_index(std::string_view bytes);

}  // namespace compose
