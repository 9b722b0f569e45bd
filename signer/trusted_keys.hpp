// The keys of a policy's people, and what they are worth now.
//
// Trust comes from the policy alone. What travels with an image may only take trust away (a
// revocation that the policy's copy does not have yet), or deliver the certificate whose
// fingerprint the policy names.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "signer/finding.hpp"
#include "signer/fingerprint.hpp"
#include "signer/gpg.hpp"
#include "signer/trust_policy.hpp"

namespace compose {

enum class SignatureFault {
  none,      // it counts
  several,   // more, or less, than one signature where one is due
  packet,    // not the one kind of OpenPGP signature that custody takes
  absent,    // the key is nowhere: nothing can be said
  stranger,  // good, by a key that the policy does not know
  bad,       // not a signature over these bytes
  revoked,   // key or certificate, as of now
  expired,   // the same
  weak,      // too few bits
  unfit,     // a key that may not sign
  lapsed,    // the signature itself has an end, and it has passed
  future,    // made later than now
};

struct JudgedSignature {
  SignatureFault fault = SignatureFault::absent;
  std::string detail;              // why not, for people; "" when it counts
  std::optional<Fingerprint> key;  // that the signature names; proven when it is good
  std::optional<Fingerprint> primary;
  std::string principal;  // who owns the key by the policy; "" for nobody
  std::string algorithm;
  [[nodiscard]] bool good() const { return fault == SignatureFault::none; }
};

class TrustedKeys {
 public:
  // `bundled` are the certificates that came with the image. Reports unpinned, shared and
  // absent keys. Throws usage Errors for faults of the policy's key files only.
  TrustedKeys(const TrustPolicy& policy, const std::vector<std::string>& bundled, std::int64_t now);

  // Several threads may judge at once.
  [[nodiscard]] JudgedSignature judge(std::string_view signed_bytes, std::string_view signature) const;

  [[nodiscard]] const Findings& findings() const { return findings_; }
  [[nodiscard]] const Findings& notices() const { return notices_; }

 private:
  struct Owned {
    std::string principal;
    Fingerprint primary;
    CertificateKey key;
    bool from_bundle = false;  // the certificate, not the trust
    bool certificate_revoked = false;
    bool certificate_expired = false;
  };

  void want(const std::string& principal, const TrustedKey& key);
  void import_bundled(const std::vector<std::string>& bundled);
  void own(const std::string& principal, const Fingerprint& wanted, const std::string& origin,
           const std::vector<Certificate>& certificates, bool from_bundle);
  void own_key(const Owned& owned, const std::string& origin);
  void note_revocations(const std::vector<Certificate>& certificates);
  JudgedSignature& weigh(JudgedSignature& judged, const Owned& owner, const GpgVerdict& verdict) const;
  [[nodiscard]] JudgedSignature judge_stranger(JudgedSignature judged, std::string_view signed_bytes,
                                               std::string_view signature) const;

  [[nodiscard]] const KeyRing& seen() const { return seen_ ? *seen_ : trusted_; }

  struct Wanted {
    std::string principal;
    Fingerprint fingerprint;
    std::string origin;
    bool from_bundle;
  };

  std::int64_t now_;
  KeyRing trusted_;              // the policy's files alone
  std::optional<KeyRing> seen_;  // these and what came with the image; absent: nothing came
  std::vector<Wanted> wanted_;
  std::map<Fingerprint, Owned> owned_;  // by each key that may sign for somebody
  std::set<Fingerprint> revoked_;       // by word of either ring
  std::set<Fingerprint> known_;         // every key in `seen_`
  Findings findings_;
  Findings notices_;
};

}  // namespace compose
