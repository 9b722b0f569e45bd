// An image's configuration and a caller's wishes → a RunPlan.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "composer/oci/image_config.hpp"
#include "recipes/test_suite.hpp"
#include "runner/sandbox.hpp"

namespace compose {

struct SuppliedMount {
  std::filesystem::path source;
  std::string target;
  bool read_only = false;
  [[nodiscard]] static SuppliedMount parse(const std::string& text);  // SRC:DST[:ro]; usage Errors
};

struct LaunchWishes {
  std::vector<std::string> argv;  // empty: entrypoint and cmd of the image
  std::vector<std::string> env;   // "K=V", over the image's
  std::vector<SuppliedMount> mounts;
  std::optional<std::string> user;
};

struct Launch {
  RunPlan plan;
  std::vector<std::string> notices;  // a config mount that was not supplied
};

// Usage Errors for wishes that make no sense, verdict Errors for an image that cannot be run.
[[nodiscard]] Launch plan_launch(const ImageConfig& config, const std::vector<Mount>& mounts,
                                 std::vector<std::filesystem::path> lower, const LaunchWishes& wishes);

}  // namespace compose
