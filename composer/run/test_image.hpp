// Runs an image's smoke tests and tells how they went.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "composer/oci/image_config.hpp"
#include "composer/progress.hpp"
#include "recipes/test_suite.hpp"
#include "runner/smoke_test.hpp"

namespace compose {

struct TestOutcome {
  std::string name;
  SmokeVerdict verdict;
};

struct TestReport {
  std::vector<TestOutcome> outcomes;
  [[nodiscard]] bool passed() const;         // all of them, and at least one
  [[nodiscard]] bool could_not_run() const;  // a sandbox could not be set up
};

// One after the other, each in a sandbox of its own. Invalid expressions are usage Errors
// before anything runs.
[[nodiscard]] TestReport test_image(const ImageConfig& config, const TestSuite& suite,
                                    const std::vector<std::filesystem::path>& lower, Progress& progress);

// Usage Error that names the test, if an expression of the suite is not valid.
void check_expressions(const TestSuite& suite);

}  // namespace compose
