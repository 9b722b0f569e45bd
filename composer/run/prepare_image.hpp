// An image of a layout made ready to run: checked (or verified under a policy), unpacked, with
// the tests and mounts that travel with it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "composer/oci/image_config.hpp"
#include "composer/progress.hpp"
#include "recipes/test_suite.hpp"

namespace compose {

struct PreparedImage {
  BlobDigest manifest;
  ImageConfig config;
  TestSuite tests;
  std::vector<std::filesystem::path> lower;
};

// `policy` "" means that custody is not verified, which is said on one line. Verdict Errors for
// an image that is faulty or refused.
[[nodiscard]] PreparedImage prepare_image(const std::string& image, const std::string& policy,
                                          Progress& progress);

}  // namespace compose
