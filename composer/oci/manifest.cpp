#include "composer/oci/manifest.hpp"

#include <nlohmann/json.hpp>

#include "composer/oci/json_object.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

// The media type that a document states of itself; "" if it does not.
std::string own_media_type(const JsonObject& document, bool (*expected)(std::string_view)) {
  std::string type = document.text_or_empty("mediaType");
  if (document.find("mediaType") != nullptr && !expected(type)) {
    throw verdict_error("mediaType: '{}' contradicts what this is", printable(type));
  }
  return type;
}

void check_schema_version(const JsonObject& document) {
  if (document.size("schemaVersion") != 2) throw verdict_error("schemaVersion: not 2");
}

// CVE-2021-41190: a document that is a manifest to one reader and an index to another.
void refuse(const JsonObject& document, const std::vector<std::string_view>& names) {
  for (const std::string_view name : names) {
    if (document.find(name) != nullptr) throw verdict_error("{}: does not belong here", name);
  }
}

std::vector<Descriptor> decode_descriptors(const JsonObject& document, std::string_view name) {
  std::vector<Descriptor> descriptors;
  for (const Json& value : document.list(name)) {
    descriptors.push_back(decode_descriptor(value, document.where(name, descriptors.size())));
  }
  return descriptors;
}

Json encode_descriptors(const std::vector<Descriptor>& descriptors) {
  Json list = Json::array();
  for (const Descriptor& descriptor : descriptors) list.push_back(encode_descriptor(descriptor));
  return list;
}

}  // namespace

std::string encode_manifest(const Manifest& manifest) {
  Json document = {{"schemaVersion", 2},
                   {"mediaType", manifest_media_type},
                   {"config", encode_descriptor(manifest.config)},
                   {"layers", encode_descriptors(manifest.layers)}};
  if (!manifest.artifact_type.empty()) document["artifactType"] = manifest.artifact_type;
  if (manifest.subject) document["subject"] = encode_descriptor(*manifest.subject);
  if (!manifest.annotations.empty()) document["annotations"] = manifest.annotations;
  return canonical_json(document);
}

std::string encode_index(const Index& index) {
  Json document = index.other.empty() ? Json::object() : parse_strict_json(index.other);
  document["schemaVersion"] = 2;
  document["mediaType"] = index_media_type;
  document["manifests"] = encode_descriptors(index.manifests);
  if (!index.annotations.empty()) document["annotations"] = index.annotations;
  return canonical_json(document);
}

Manifest decode_manifest(std::string_view bytes) {
  const Json json = parse_strict_json(bytes);
  const JsonObject document(json, "");
  check_schema_version(document);
  std::string media_type = own_media_type(document, is_manifest_type);
  refuse(document, {"manifests", "fsLayers"});
  Manifest manifest{.artifact_type = document.text_or_empty("artifactType"),
                    .config = decode_descriptor(document.at("config"), "config"),
                    .layers = decode_descriptors(document, "layers"),
                    .annotations = document.text_map("annotations"),
                    .media_type = std::move(media_type)};
  if (const Json* subject = document.find("subject"))
    manifest.subject = decode_descriptor(*subject, "subject");
  return manifest;
}

Index decode_index(std::string_view bytes) {
  const Json json = parse_strict_json(bytes);
  const JsonObject document(json, "");
  check_schema_version(document);
  std::string media_type = own_media_type(document, is_index_type);
  refuse(document, {"layers", "config", "fsLayers"});
  return Index{.manifests = decode_descriptors(document, "manifests"),
               .annotations = document.text_map("annotations"),
               .media_type = std::move(media_type),
               .other = document.others({"schemaVersion", "mediaType", "manifests", "annotations"})};
}

}  // namespace compose
