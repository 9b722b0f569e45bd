// The part of a log that concerns one image, as a bundle.
#pragma once

#include <vector>

#include "signer/custody_bundle.hpp"
#include "signer/custody_log.hpp"

namespace compose {

// Takes from the log: the entries `roots`, all their parents, every countersignature of what
// is taken, every seal of `manifest`. Takes from `seed`: certificates, tests, evidence, entries
// that are not in the log, and checkpoints that still fit the log.
[[nodiscard]] CustodyBundle bundle_from_log(const CustodyLog& log, const std::vector<EntryId>& roots,
                                            const BlobDigest& manifest, const CustodyBundle& seed);

}  // namespace compose
