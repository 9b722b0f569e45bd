// Images of one layout share a log: when it grows, the bundles of all of them grow with it, so
// that none is older than the log.
#pragma once

#include <filesystem>
#include <vector>

#include "composer/custody/bundle_artifact.hpp"
#include "composer/progress.hpp"
#include "signer/custody_log.hpp"

namespace compose {

struct RefreshedBundle {
  Descriptor old;
  Descriptor artifact;
};

// Stages new bundles for every image of the layout but `except` whose custody is this log's.
// Custody that cannot be read is left alone, with a notice.
[[nodiscard]] std::vector<RefreshedBundle> refresh_bundles(const std::filesystem::path& layout,
                                                           const CustodyLog& log, const BlobDigest& except,
                                                           LayoutUpdate& output, Progress& progress);

// The custody artifacts of an image in the layout; none if there is no layout yet.
[[nodiscard]] std::vector<Descriptor> custody_referrers(const Index& index, const BlobDigest& image,
                                                        const std::filesystem::path& layout);

}  // namespace compose
