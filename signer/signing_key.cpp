#include "signer/signing_key.hpp"

#include <algorithm>

#include "signer/printable.hpp"

namespace compose {

namespace {

bool can_sign_now(const CertificateKey& key) {
  return key.can_sign && key.has_secret && !key.revoked && !key.expired && !key.invalid;
}

Error explain_no_signing_key(const Certificate& certificate, std::string_view home) {
  const Fingerprint& primary = certificate.primary();
  const std::string gpg = fmt::format("gpg --homedir {}", printable(home));
  if (certificate.revoked) return cannot_sign(primary, "it is revoked", "the team needs a new key");
  if (certificate.expired) {
    return cannot_sign(
        primary, "it is expired",
        fmt::format("extend it: {} --quick-set-expire {} 1y, and export it again", gpg, primary.hex()));
  }
  const std::string add = fmt::format("{} --quick-add-key {} ed25519 sign", gpg, primary.hex());
  const bool any_secret =
      std::any_of(certificate.keys.begin(), certificate.keys.end(),
                  [](const CertificateKey& key) { return key.has_secret && key.can_sign; });
  if (!any_secret) {
    return cannot_sign(primary, fmt::format("{} holds no secret signing key of it", printable(home)),
                       fmt::format("import the secret signing subkey, or add one: {}", add));
  }
  return cannot_sign(primary, "each of its signing keys is revoked, expired or invalid",
                     fmt::format("add a new one: {}", add));
}

}  // namespace

const CertificateKey& choose_signing_key(const Certificate& certificate, std::string_view home) {
  const CertificateKey* best = nullptr;
  const CertificateKey& primary = certificate.keys.front();
  const bool dead = certificate.revoked || certificate.expired || primary.invalid;
  for (const CertificateKey& key : certificate.keys) {
    if (dead || !can_sign_now(key)) continue;
    if (best == nullptr || best == &primary || key.created > best->created) best = &key;
  }
  if (best == nullptr) throw explain_no_signing_key(certificate, home);
  return *best;
}

void check_listed(const Certificate& certificate, const Fingerprint& key, std::string_view origin) {
  const std::string name = printable(origin);
  const auto hint =
      fmt::format("export it again: gpg --export --armor {} > {}", certificate.primary().hex(), name);
  if (certificate.revoked) {
    throw cannot_sign(certificate.primary(), fmt::format("{} says that it is revoked", name),
                      "the team needs a new key");
  }
  const auto listed = std::find_if(certificate.keys.begin(), certificate.keys.end(),
                                   [&](const CertificateKey& each) { return each.fingerprint == key; });
  if (listed == certificate.keys.end()) {
    throw cannot_sign(certificate.primary(),
                      fmt::format("gpg would use its key {}, which {} does not hold", key.hex(), name), hint);
  }
  if (certificate.expired || listed->expired || listed->revoked || listed->invalid || !listed->can_sign) {
    throw cannot_sign(key, fmt::format("in {} it is expired, revoked or no signing key", name), hint);
  }
}

Error no_secret_key(const Fingerprint& fingerprint, std::string_view home) {
  const std::string shown = printable(home);
  return Error(ErrorKind::failure, fmt::format("no secret key for {} in {}", fingerprint.hex(), shown),
               fmt::format("set GNUPGHOME to the folder that holds it (now {}), or import it there: "
                           "gpg --homedir {} --import FILE",
                           shown, shown));
}

Error cannot_sign(const Fingerprint& fingerprint, std::string_view why, std::string hint) {
  return Error(ErrorKind::failure, fmt::format("key {} cannot sign: {}", fingerprint.hex(), why),
               std::move(hint));
}

}  // namespace compose
