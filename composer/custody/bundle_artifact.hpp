// A custody bundle as an OCI 1.1 referrer of its image (image-spec manifest.md, "subject").
#pragma once

#include <optional>
#include <vector>

#include "composer/oci/layout.hpp"
#include "composer/oci/layout_update.hpp"
#include "signer/custody_bundle.hpp"

namespace compose {

// Stages the blobs and the artifact manifest; gives the descriptor for the index.
[[nodiscard]] Descriptor write_bundle(LayoutUpdate& output, const CustodyBundle& bundle,
                                      const Descriptor& image);

// Strict; throws verdict Errors "custody: …".
[[nodiscard]] CustodyBundle read_bundle(const Layout& layout, const Descriptor& artifact);

// Puts `artifact` into the index in place of every other custody referrer of `image`.
void replace_bundle(Index& index, const std::vector<Descriptor>& replaced, const Descriptor& artifact);

}  // namespace compose
