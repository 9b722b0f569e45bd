// OCI descriptors (image-spec descriptor.md) and the media types that we know.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "recipes/recipe.hpp"
#include "signer/digest.hpp"

namespace compose {

inline constexpr std::string_view index_media_type = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view manifest_media_type = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view config_media_type = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view empty_media_type = "application/vnd.oci.empty.v1+json";
inline constexpr std::string_view ref_name_annotation = "org.opencontainers.image.ref.name";

struct Descriptor {
  std::string media_type;
  BlobDigest digest;
  std::uint64_t size = 0;  // bytes
  std::map<std::string, std::string> annotations = {};
  std::optional<Platform> platform = {};
  std::string artifact_type = {};
  // What else the descriptor says ("urls", "data", "os.version", …), as canonical JSON; ""
  // if nothing. Kept so that writing an index again loses nothing; nothing is fetched by it.
  std::string other = {};
  bool operator==(const Descriptor&) const = default;
};

// "application/vnd.oci.image.layer.v1.tar[+gzip|+zstd]"
[[nodiscard]] std::string layer_media_type(Compression compression);
// The compression that a layer's media type states (Docker's gzip type included; both
// "nondistributable" kinds too); nothing for an unknown type.
[[nodiscard]] std::optional<Compression> layer_compression(std::string_view media_type);

// Kinds of documents, Docker's names (image manifest version 2, schema 2) included.
[[nodiscard]] bool is_manifest_type(std::string_view media_type);
[[nodiscard]] bool is_index_type(std::string_view media_type);
[[nodiscard]] bool is_config_type(std::string_view media_type);

// `where` names the descriptor in errors: "layers[2]". Strict, verdict Errors: media type by
// RFC 6838, digest, size in [0, 2^63 - 1], embedded `data` equal to digest and size.
[[nodiscard]] Descriptor decode_descriptor(const nlohmann::json& value, const std::string& where);
[[nodiscard]] nlohmann::json encode_descriptor(const Descriptor& descriptor);

}  // namespace compose
