// OpenPGP through GPGME: the only file that talks to gpg.
//
// Signing uses the caller's GNUPGHOME. Verifying uses a private, short-lived ring that holds
// only the certificates it was given and reads no configuration of the caller's; it needs no
// agent and no network. Results are copied into values before anything else happens.
#pragma once

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
  std::int64_t expires = 0;  // 0: never
  std::string algorithm;     // "ed25519", "rsa3072", …
  bool weak = false;         // RSA or DSA below 2048 bits
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

// What gpg says of one detached signature. None of it is believed alone: openpgp_packet.hpp
// checks the packet itself.
struct GpgVerdict {
  bool good = false;  // cryptographically good, key found; says nothing about expiry
  bool signature_expired = false;
  bool key_expired = false;
  bool key_revoked = false;
  bool key_missing = false;
  std::optional<Fingerprint> key;      // the key that signed
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
  void import(std::string_view certificate_bytes, std::string_view origin);
  [[nodiscard]] GpgVerdict verify(std::string_view signed_bytes, std::string_view signature) const;
  [[nodiscard]] std::vector<Certificate> certificates() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Makes detached binary SHA-256 signatures with one key.
class Signer {
 public:
  virtual ~Signer() = default;
  [[nodiscard]] virtual const Fingerprint& key() const = 0;          // that signs
  [[nodiscard]] virtual const Fingerprint& primary() const = 0;      // of its certificate
  [[nodiscard]] virtual const std::string& certificate() const = 0;  // exported, armored
  [[nodiscard]] virtual std::string sign(std::string_view bytes) const = 0;
};

// The signer for a certificate (file content) or a full fingerprint whose secret key the
// caller's GNUPGHOME holds. Throws failure "no secret key …" with a hint naming GNUPGHOME.
// `sign` has a deadline, so a hung pinentry becomes an error.
[[nodiscard]] std::unique_ptr<Signer> open_signer(std::string_view certificate_bytes,
                                                  std::string_view origin);
[[nodiscard]] std::unique_ptr<Signer> open_signer(const Fingerprint& fingerprint);

}  // namespace compose
