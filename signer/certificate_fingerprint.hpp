// The primary fingerprint of a certificate file, read from its packets alone: a build that has
// nothing to sign needs to know whose entries the log holds, without calling gpg.
#pragma once

#include <string_view>
#include <vector>

#include "signer/fingerprint.hpp"

namespace compose {

// RFC 4880 section 12.2 (v4: SHA-1 over 0x99, length, key packet). One fingerprint for each
// certificate in `bytes` (armored, section 6.2, or binary). Nothing is verified: a key is
// named, not believed. Throws usage Errors that begin with `origin`.
[[nodiscard]] std::vector<Fingerprint> certificate_fingerprints(std::string_view bytes,
                                                                std::string_view origin);

}  // namespace compose
