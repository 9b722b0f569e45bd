// The OCI image configuration (image-spec config.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composer/oci/rfc3339.hpp"
#include "recipes/recipe.hpp"
#include "signer/digest.hpp"

namespace compose {

struct HistoryEntry {
  std::string created = {};  // RFC 3339 or ""
  std::string created_by = {};
  std::string comment = {};
  bool empty_layer = false;
};

struct ImageConfig {
  std::string created;  // RFC 3339 or ""
  Platform platform;
  RunConfig run;                      // env keeps the order of the file for `env_list`
  std::vector<std::string> env_list;  // "K=V", as in the file
  std::vector<DiffId> diff_ids;
  std::vector<HistoryEntry> history;
};

// Canonical JSON. The environment is written from run.env, sorted by name; what is empty is
// left out.
[[nodiscard]] std::string encode_image_config(const ImageConfig& config);
// Unknown fields are allowed (config.md), and null for an absent one (Go programs write it);
// everything else that we read is strict. Verdict Errors that name the field.
[[nodiscard]] ImageConfig decode_image_config(std::string_view bytes);

}  // namespace compose
