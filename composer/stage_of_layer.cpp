#include "composer/stage_of_layer.hpp"

#include "composer/custody/bundle_artifact.hpp"

namespace compose {

std::vector<StageOfLayer> stage_of_layers(const Layout& layout, const BlobDigest& image, std::size_t layers) {
  std::vector<StageOfLayer> stages(layers);
  const auto referrers = layout.referrers(image, custody_artifact_type);
  if (referrers.empty()) return stages;
  const CustodyBundle bundle = read_bundle(layout, referrers.back());
  const SealClaim* seal = nullptr;
  for (const auto& bundled : bundle.entries) {
    const auto* claim = std::get_if<SealClaim>(&bundled.entry.statement.claim);
    if (claim != nullptr && claim->manifest == image) seal = claim;
  }
  if (seal == nullptr) return stages;
  for (std::size_t i = 0; i < layers && i < seal->layers.size(); ++i) {
    for (const auto& bundled : bundle.entries) {
      const auto& header = bundled.entry.statement.header;
      if (bundled.entry.id == seal->layers[i].entry) stages[i] = {header.stage, header.team};
    }
  }
  return stages;
}

}  // namespace compose
