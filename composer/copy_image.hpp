// An image from one layout to another, byte for byte, with everything that refers to it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "composer/oci/image_ref.hpp"
#include "composer/oci/layout.hpp"
#include "composer/progress.hpp"

namespace compose {

struct CopyResult {
  BlobDigest manifest;
  std::vector<std::string> tags;
  std::size_t referrers = 0;  // custody and other artifacts that went along
};

// `to` may name a tag; else the source's tags are kept. Every blob is checked on the way.
CopyResult copy_image(const ImageRef& from, const ImageRef& to, Progress& progress);

}  // namespace compose
