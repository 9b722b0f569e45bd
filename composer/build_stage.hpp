// PlannedStage → the layers of a stage, in the store.
#pragma once

#include <vector>

#include "composer/layer/layer.hpp"
#include "composer/plan.hpp"
#include "composer/progress.hpp"

namespace compose {

struct BuiltStage {
  const Stage* stage = nullptr;
  std::int64_t epoch = 0;
  std::map<std::string, std::string> inputs;
  std::vector<Layer> layers;
};

// All stages side by side, the longest first; blocks of all of them are compressed on `jobs`
// threads.
[[nodiscard]] std::vector<BuiltStage> build_stages(const BuildPlan& plan, Compression compression,
                                                   unsigned jobs, BlobStore& store, Progress& progress);

}  // namespace compose
