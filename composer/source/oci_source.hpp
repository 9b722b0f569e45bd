// An OCI layout as a source: its layers byte for byte.
#pragma once

#include <vector>

#include "composer/check/check_image.hpp"
#include "composer/layer/layer.hpp"
#include "recipes/recipe.hpp"

namespace compose {

struct OciLayers {
  std::vector<Layer> layers;                    // copied into the store, in order
  std::vector<std::vector<TreeEntry>> entries;  // of each layer
  std::map<std::string, std::string> inputs;    // "oci" → manifest digest
  std::vector<std::string> notices;             // what of its configuration is not taken over
  std::vector<Descriptor> referrers;            // custody that it brought along, carried
};

// Checks the image (every fault is an Error) and copies its layer blobs into the store.
[[nodiscard]] OciLayers load_oci(const OciSource& source, const Platform& platform, BlobStore& store);

}  // namespace compose
