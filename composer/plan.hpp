// Recipe → BuildPlan: every source read and placed, every rule of the recipe held against the
// stages below, before the first byte of a layer is written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/layer_view.hpp"
#include "composer/progress.hpp"
#include "composer/source/oci_source.hpp"
#include "composer/source/source.hpp"
#include "recipes/recipe.hpp"

namespace compose {

struct PlannedStage {
  const Stage* stage = nullptr;
  std::int64_t epoch = 0;
  std::map<std::string, std::string> inputs;  // recorded in custody
  FileTree tree;                              // of the stage's one layer, with its parents
  std::optional<OciLayers> taken;             // instead, for an oci source: layers as they are
};

struct BuildPlan {
  std::vector<PlannedStage> stages;  // in layer order
  std::optional<std::int64_t> source_date_epoch;
};

struct PlanOptions {
  std::filesystem::path output;  // never part of a source
  std::filesystem::path log;
  unsigned jobs = 1;
};

// Sources are read side by side. Throws usage Errors "FILE:LINE:COL: stage 'x': …": a source
// that is missing or dirty, a breach of contract, a whiteout of what is not there, a file baked
// into a mount.
[[nodiscard]] BuildPlan plan_build(const Recipe& recipe, const PlanOptions& options, BlobStore& store,
                                   Progress& progress);

// SOURCE_DATE_EPOCH of the environment: absent, or whole seconds in range; else a usage Error.
[[nodiscard]] std::optional<std::int64_t> source_date_epoch_of_environment();

}  // namespace compose
