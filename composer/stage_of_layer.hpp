// Which stage and team a layer came from, by the word of the custody that travels along. For
// people to look at: nothing is verified here.
#pragma once

#include <string>
#include <vector>

#include "composer/oci/layout.hpp"

namespace compose {

struct StageOfLayer {
  std::string stage;  // "" if the custody does not say
  std::string team;
};

[[nodiscard]] std::vector<StageOfLayer> stage_of_layers(const Layout& layout, const BlobDigest& image,
                                                        std::size_t layers);

}  // namespace compose
