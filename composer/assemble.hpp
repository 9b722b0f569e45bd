// Layers → image configuration and manifest.
#pragma once

#include <optional>
#include <vector>

#include "composer/build_stage.hpp"
#include "composer/oci/image_config.hpp"
#include "composer/oci/layout_update.hpp"
#include "composer/oci/manifest.hpp"

namespace compose {

// The manifest says that custody is required: constant, so that manifests stay reproducible.
inline constexpr std::string_view custody_annotation = "vnd.compose.custody";
inline constexpr std::string_view custody_required = "required";

struct AssembledImage {
  Descriptor manifest;  // without annotations
  Descriptor config;
  ImageConfig configuration;
  Manifest parsed;
};

// Writes both as blobs. The bytes depend on the recipe and the layers only.
[[nodiscard]] AssembledImage assemble(const Recipe& recipe, std::optional<std::int64_t> source_date_epoch,
                                      const std::vector<BuiltStage>& stages, LayoutUpdate& output);

}  // namespace compose
