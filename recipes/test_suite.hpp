// The smoke tests and mounts of an image as they travel with it: one JSON blob of type
// application/vnd.compose.tests.v1+json in the custody bundle, its digest in the seal.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recipes/recipe.hpp"

namespace compose {

struct TestSuite {
  std::vector<Mount> mounts;
  std::vector<SmokeTest> tests;
};

inline constexpr std::string_view tests_media_type = "application/vnd.compose.tests.v1+json";

[[nodiscard]] std::string encode_tests(const TestSuite& suite);  // canonical JSON
[[nodiscard]] TestSuite decode_tests(std::string_view bytes);    // strict; throws verdict Errors

}  // namespace compose
