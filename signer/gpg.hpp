// OpenPGP through GPGME: the only file that talks to gpg.
//
// Signing uses the caller's GNUPGHOME. Verifying uses a private, short-lived ring that holds
// only the certificates it was given and reads no configuration of the caller's; it needs no
// agent and no network. Results are copied into values before anything else happens.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signer/fingerprint.hpp"

namespace compose {

// One key of a certificate, the primary or a subkey.
struct CertificateKey {
  Fingerprint fingerprint;
  bool can_sign = false;
  bool revoked = false;
  bool expired = false;  // as of now
  bool invalid = false;  // no valid binding signature
  std::int64_t created = 0;
  std::int64_t expires = 0;    // 0: never
  std::string algorithm = {};  // "ed25519", "rsa3072", …
  bool weak = false;           // RSA or DSA below 2048 bits
  bool has_secret = false;     // in the ring that it was read from
};

// A certificate ("public key"): its primary key first.
struct Certificate {
  std::vector<CertificateKey> keys;
  std::vector<std::string> user_ids;  // as they stand in it: escape before showing
  bool revoked = false;
  bool expired = false;
  [[nodiscard]] const Fingerprint& primary() const { return keys.front().fingerprint; }
};

// The certificates in `bytes` (armored or binary). Throws a usage Error when there is none or
// when gpg cannot read it. `origin` names it in errors.
[[nodiscard]] std::vector<Certificate> read_certificates(std::string_view bytes, std::string_view origin);

// What gpg says of one detached signature, held against the packet itself (openpgp_packet.hpp)
// and against the certificate as of now.
struct GpgVerdict {
  // An acceptable packet, cryptographically good, by a key that is in the ring and may sign;
  // says nothing about expiry and revocation, nor whether the time lies in the future.
  bool good = false;
  bool signature_expired = false;
  bool key_expired = false;
  bool key_revoked = false;
  bool key_missing = false;
  std::optional<Fingerprint> key;      // the key that signed, as the packet claims; proven when good
  std::optional<Fingerprint> primary;  // its primary key
  std::int64_t created = 0;
  std::string detail;  // gpg's reason when not good
};

// A private ring of certificates to verify against.
class KeyRing {
 public:
  KeyRing();
  ~KeyRing();
  KeyRing(KeyRing&&) noexcept;
  KeyRing& operator=(KeyRing&&) noexcept;
  // Adds certificates, or merges what is new in them. Throws as read_certificates does.
  void import(std::string_view certificate_bytes, std::string_view origin);
  // Never throws for what is in the signature. Several threads may verify at once.
  [[nodiscard]] GpgVerdict verify(std::string_view signed_bytes, std::string_view signature) const;
  [[nodiscard]] std::vector<Certificate> certificates() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Makes detached binary signatures, SHA-256 or better, with one key.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const Fingerprint& key() const = 0;          // that signs
  [[nodiscard]] virtual const Fingerprint& primary() const = 0;      // of its certificate
  [[nodiscard]] virtual const std::string& certificate() const = 0;  // exported, armored
  [[nodiscard]] virtual std::string sign(std::string_view bytes) const = 0;
};

// How long gpg (and the person at its pinentry) may take for one signature.
inline constexpr std::chrono::milliseconds signing_limit = std::chrono::seconds(60);

// The signer for a certificate (file content) or a full fingerprint whose secret key the
// caller's GNUPGHOME holds. It signs with the key that gpg prefers: the newest valid signing
// subkey, else the primary. Throws failure "no secret key …" with a hint naming GNUPGHOME, and
// failure "key … cannot sign: …" when the key is expired, revoked, or newer than the certificate.
// `sign` may be called from several threads (they take turns) and has a deadline, so a hung
// pinentry becomes an error.
[[nodiscard]] std::unique_ptr<Signer> open_signer(std::string_view certificate_bytes, std::string_view origin,
                                                  std::chrono::milliseconds limit = signing_limit);
[[nodiscard]] std::unique_ptr<Signer> open_signer(const Fingerprint& fingerprint,
                                                  std::chrono::milliseconds limit = signing_limit);

}  // namespace compose
