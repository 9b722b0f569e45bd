#include "composer/oci/descriptor.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "composer/oci/json_object.hpp"
#include "signer/base64.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

constexpr std::string_view docker_manifest_type = "application/vnd.docker.distribution.manifest.v2+json";
constexpr std::string_view docker_index_type = "application/vnd.docker.distribution.manifest.list.v2+json";
constexpr std::string_view docker_config_type = "application/vnd.docker.container.image.v1+json";

struct LayerType {
  std::string_view name;
  Compression compression;
};
constexpr std::array layer_types = {
    LayerType{"application/vnd.oci.image.layer.v1.tar", Compression::none},
    LayerType{"application/vnd.oci.image.layer.v1.tar+gzip", Compression::gzip},
    LayerType{"application/vnd.oci.image.layer.v1.tar+zstd", Compression::zstd},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar", Compression::none},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", Compression::gzip},
    LayerType{"application/vnd.oci.image.layer.nondistributable.v1.tar+zstd", Compression::zstd},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar", Compression::none},
    LayerType{"application/vnd.docker.image.rootfs.diff.tar.gzip", Compression::gzip},
    LayerType{"application/vnd.docker.image.rootfs.foreign.diff.tar", Compression::none},
    LayerType{"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", Compression::gzip},
};

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// RFC 6838, section 4.2: restricted-name.
bool is_restricted_name(std::string_view name) {
  constexpr std::string_view marks = "!#$&-^_.+";
  return !name.empty() && name.size() <= 127 && is_alphanumeric(name[0]) &&
         std::ranges::all_of(
             name, [&](char c) { return is_alphanumeric(c) || marks.find(c) != std::string_view::npos; });
}

bool is_media_type(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && is_restricted_name(text.substr(0, slash)) &&
         is_restricted_name(text.substr(slash + 1));
}

BlobDigest decode_digest(const JsonObject& object) {
  const std::string text = object.text("digest");
  const auto digest = BlobDigest::from(text);
  if (!digest) throw verdict_error("{}: '{}' is no SHA-256 digest", object.where("digest"), printable(text));
  return *digest;
}

std::string decode_media_type(const JsonObject& object, std::string_view name, bool required) {
  if (!required && object.find(name) == nullptr) return {};
  std::string text = object.text(name);
  if (!is_media_type(text)) {
    throw verdict_error("{}: '{}' is no media type", object.where(name), printable(text));
  }
  return text;
}

// Returns what the platform says beside its three names.
std::string decode_platform(const JsonObject& object, Descriptor& descriptor) {
  const Json* member = object.find("platform");
  if (member == nullptr) return {};
  const JsonObject platform(*member, object.where("platform"));
  descriptor.platform = Platform{.os = platform.text("os"),
                                 .architecture = platform.text("architecture"),
                                 .variant = platform.text_or_empty("variant")};
  return platform.others({"os", "architecture", "variant"});
}

void check_data(const JsonObject& object, const Descriptor& descriptor) {
  if (object.find("data") == nullptr) return;
  const auto data = from_base64(object.text("data"));
  if (!data) throw verdict_error("{}: not base64", object.where("data"));
  if (data->size() != descriptor.size || BlobDigest(sha256(*data)) != descriptor.digest) {
    throw verdict_error("{}: not what digest and size say", object.where("data"));
  }
}

}  // namespace

std::string layer_media_type(Compression compression) {
  const auto* const found = std::ranges::find(layer_types, compression, &LayerType::compression);
  return std::string(found->name);
}

std::optional<Compression> layer_compression(std::string_view media_type) {
  const auto* const found = std::ranges::find(layer_types, media_type, &LayerType::name);
  if (found == layer_types.end()) return std::nullopt;
  return found->compression;
}

bool is_manifest_type(std::string_view media_type) {
  return media_type == manifest_media_type || media_type == docker_manifest_type;
}

bool is_index_type(std::string_view media_type) {
  return media_type == index_media_type || media_type == docker_index_type;
}

bool is_config_type(std::string_view media_type) {
  return media_type == config_media_type || media_type == docker_config_type;
}

Descriptor decode_descriptor(const Json& value, const std::string& where) {
  const JsonObject object(value, where);
  Descriptor descriptor{.media_type = decode_media_type(object, "mediaType", true),
                        .digest = decode_digest(object),
                        .size = object.size("size"),
                        .annotations = object.text_map("annotations"),
                        .artifact_type = decode_media_type(object, "artifactType", false)};
  static_cast<void>(object.texts("urls"));  // never fetched, but they must be what they should
  check_data(object, descriptor);
  const std::string platform = decode_platform(object, descriptor);
  descriptor.other =
      object.others({"mediaType", "digest", "size", "annotations", "artifactType", "platform"});
  if (!platform.empty()) {
    Json other = descriptor.other.empty() ? Json::object() : parse_strict_json(descriptor.other);
    other["platform"] = parse_strict_json(platform);
    descriptor.other = canonical_json(other);
  }
  return descriptor;
}

Json encode_descriptor(const Descriptor& descriptor) {
  Json value = descriptor.other.empty() ? Json::object() : parse_strict_json(descriptor.other);
  value["mediaType"] = descriptor.media_type;
  value["digest"] = descriptor.digest.str();
  value["size"] = descriptor.size;
  if (!descriptor.annotations.empty()) value["annotations"] = descriptor.annotations;
  if (!descriptor.artifact_type.empty()) value["artifactType"] = descriptor.artifact_type;
  if (descriptor.platform) {
    Json& platform = value["platform"];
    platform["os"] = descriptor.platform->os;
    platform["architecture"] = descriptor.platform->architecture;
    if (!descriptor.platform->variant.empty()) platform["variant"] = descriptor.platform->variant;
  }
  return value;
}

}  // namespace compose
