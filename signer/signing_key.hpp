// Which key of a certificate signs, and why none can.
#pragma once

#include <string>
#include <string_view>

#include "signer/error.hpp"
#include "signer/fingerprint.hpp"
#include "signer/gpg.hpp"

namespace compose {

// The key that gpg itself takes when told to sign with `certificate`, read from the secret ring
// `home`: the newest subkey that can sign, else the primary. (GPGME cannot ask for another.)
// Throws failure Errors that say what to do.
[[nodiscard]] const CertificateKey& choose_signing_key(const Certificate& certificate, std::string_view home);

// The secret ring may know newer subkeys than the certificate that verifiers were given, named
// `origin`. Throws a failure Error when `key` is not a valid signing key there.
void check_listed(const Certificate& certificate, const Fingerprint& key, std::string_view origin);

[[nodiscard]] Error no_secret_key(const Fingerprint& fingerprint, std::string_view home);
// "key FPR cannot sign: WHY".
[[nodiscard]] Error cannot_sign(const Fingerprint& fingerprint, std::string_view why, std::string hint);

}  // namespace compose
