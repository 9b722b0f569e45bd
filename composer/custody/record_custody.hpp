// Signs what the log does not say yet, and appends it: genesis, layers, seal, checkpoint, in
// one transaction.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "composer/custody/wanted_custody.hpp"
#include "composer/progress.hpp"
#include "signer/custody_bundle.hpp"

namespace compose {

struct RecordedCustody {
  CustodyLog log;  // as it is now
  EntryId seal;
  std::size_t added = 0;
};

// Everything is signed before the first byte of the log changes. Entries of `previous` (the
// bundle that the image has so far) that are not in the log are appended too. Throws failure
// Errors "team 'x': no secret key …".
[[nodiscard]] RecordedCustody record_custody(const std::filesystem::path& folder, const WantedCustody& wanted,
                                             const std::map<std::string, TeamKey>& keys,
                                             const CustodyBundle* previous, std::int64_t now,
                                             Progress& progress);

}  // namespace compose
