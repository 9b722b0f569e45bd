// The main job, told as a list of steps: recipe → layers → image → tests → seal → tag.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "composer/assemble.hpp"
#include "composer/progress.hpp"

namespace compose {

struct BuildOptions {
  std::filesystem::path output = "out";
  std::filesystem::path log;      // "": custody/ beside the recipe
  std::vector<std::string> tags;  // besides the recipe's
  bool run_tests = true;
  bool sign = true;
  unsigned jobs = 0;  // 0: all cores
};

struct BuildResult {
  AssembledImage image;
  std::vector<BuiltStage> stages;
  std::vector<std::string> tags;
  bool sealed = false;
  std::string custody;  // the custody id, hex; "" if unsigned
  std::size_t entries_added = 0;
  std::uint64_t log_size = 0;
  std::string tests;  // "passed", "skipped", "none"
};

// Throws Errors; whatever is thrown, output and log are as they were before.
[[nodiscard]] BuildResult build_image(const Recipe& recipe, const BuildOptions& options, Progress& progress);

}  // namespace compose
