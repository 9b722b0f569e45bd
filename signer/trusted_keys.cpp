#include "signer/trusted_keys.hpp"

#include <algorithm>

#include "signer/certificate_fingerprint.hpp"
#include "signer/error.hpp"
#include "signer/openpgp_packet.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_bundled_certificates = 256;
constexpr std::size_t most_bundled_bytes = 1u << 20;  // of one certificate
constexpr std::int64_t clock_skew = 300;              // seconds that clocks may differ

bool has_passed(std::int64_t end, std::int64_t now) { return end != 0 && end <= now; }

JudgedSignature& fail(JudgedSignature& judged, SignatureFault fault, std::string detail) {
  judged.fault = fault;
  judged.detail = std::move(detail);
  return judged;
}

// Armored files go to gpg in one run, which is most of what a verification costs. What it then
// does not have is noticed when its owner is looked up.
void import_files(KeyRing& ring, const std::vector<const TrustedKey*>& files) {
  std::string armored;
  for (const TrustedKey* key : files) {
    if (key->certificate.starts_with("-----BEGIN PGP ") && armored.size() < most_bundled_bytes) {
      armored += key->certificate + "\n";
    } else {
      ring.import(key->certificate, key->origin);
    }
  }
  if (!armored.empty()) ring.import(armored, "the policy's keys");
}

}  // namespace

TrustedKeys::TrustedKeys(const TrustPolicy& policy, const std::vector<std::string>& bundled, std::int64_t now)
    : now_(now) {
  std::vector<const TrustedKey*> files;
  for (const auto& [name, principal] : policy.principals) {
    for (const TrustedKey& key : principal.keys) {
      want(name, key);
      if (!key.certificate.empty()) files.push_back(&key);
    }
  }
  import_files(trusted_, files);
  if (!bundled.empty()) {
    import_files(seen_.emplace(), files);
    import_bundled(bundled);
  }
  const std::vector<Certificate> trusted = trusted_.certificates();
  const std::vector<Certificate> seen = this->seen().certificates();
  for (const Wanted& each : wanted_) {
    own(each.principal, each.fingerprint, each.origin, each.from_bundle ? seen : trusted, each.from_bundle);
  }
  note_revocations(trusted);
  note_revocations(seen);
}

void TrustedKeys::want(const std::string& principal, const TrustedKey& key) {
  if (key.certificate.empty()) {
    if (!key.pinned) throw usage_error("principal '{}': {}: no key", principal, printable(key.origin));
    wanted_.push_back({principal, *key.pinned, key.origin, true});
    return;
  }
  const std::vector<Fingerprint> held = certificate_fingerprints(key.certificate, printable(key.origin));
  if (!key.pinned && held.size() != 1) {
    throw Error(ErrorKind::usage,
                fmt::format("{}: holds {} certificates", printable(key.origin), held.size()),
                "name one of them: FILE#FINGERPRINT");
  }
  const Fingerprint fingerprint = key.pinned ? *key.pinned : held.front();
  if (!key.pinned) {
    notices_.push_back(
        {"key-unpinned", fmt::format("principal '{}'", principal),
         fmt::format("{} is trusted whatever key it holds; today {}", printable(key.origin),
                     fingerprint.hex()),
         fmt::format("pin it in the policy: {}#{}", printable(key.origin), fingerprint.hex())});
  }
  wanted_.push_back({principal, fingerprint, key.origin, false});
}

// Others made these: what gpg does not take is told and left out.
void TrustedKeys::import_bundled(const std::vector<std::string>& bundled) {
  std::set<std::string_view> done;
  for (const std::string& certificate : bundled) {
    if (!done.insert(certificate).second) continue;
    const std::string name = fmt::format("certificate {} of the bundle", done.size());
    try {
      if (done.size() > most_bundled_certificates)
        throw verdict_error("more than {}", most_bundled_certificates);
      if (certificate.size() > most_bundled_bytes)
        throw verdict_error("larger than {} bytes", most_bundled_bytes);
      seen_->import(certificate, name);
    } catch (const Error& error) {
      notices_.push_back({"certificate-unreadable", name, error.what(), {}});
      if (done.size() > most_bundled_certificates) return;
    }
  }
}

void TrustedKeys::own(const std::string& principal, const Fingerprint& wanted, const std::string& origin,
                      const std::vector<Certificate>& certificates, bool from_bundle) {
  for (const Certificate& certificate : certificates) {
    const bool whole = certificate.primary() == wanted;
    for (const CertificateKey& key : certificate.keys) {
      if (!whole && key.fingerprint != wanted) continue;
      const bool expired = certificate.expired || has_passed(certificate.keys.front().expires, now_);
      own_key({principal, certificate.primary(), key, from_bundle, certificate.revoked, expired}, origin);
    }
  }
  if (owned_.contains(wanted)) return;
  if (!from_bundle) throw usage_error("{}: holds no key {}", printable(origin), wanted.hex());
  notices_.push_back({"key-absent",
                      fmt::format("principal '{}'", principal),
                      fmt::format("the certificate of {} did not come with the image", wanted.hex()),
                      {}});
}

void TrustedKeys::own_key(const Owned& owned, const std::string& origin) {
  const auto [found, added] = owned_.emplace(owned.key.fingerprint, owned);
  if (added || found->second.principal == owned.principal) return;
  findings_.push_back({"key-shared", fmt::format("principal '{}'", owned.principal),
                       fmt::format("{} ({}) belongs to principal '{}' too", owned.key.fingerprint.hex(),
                                   printable(origin), found->second.principal),
                       "a key speaks for one person: remove it from one of the two"});
}

void TrustedKeys::note_revocations(const std::vector<Certificate>& certificates) {
  for (const Certificate& certificate : certificates) {
    for (const CertificateKey& key : certificate.keys) {
      known_.insert(key.fingerprint);
      if (certificate.revoked || key.revoked) revoked_.insert(key.fingerprint);
    }
  }
}

JudgedSignature TrustedKeys::judge(std::string_view signed_bytes, std::string_view signature) const {
  JudgedSignature judged;
  const auto parsed = parse_signature_packet(signature);
  if (const auto* fault = std::get_if<PacketFault>(&parsed)) {
    return fail(judged, SignatureFault::packet, fault->message);
  }
  const auto& packet = std::get<SignaturePacket>(parsed);
  judged.key = packet.issuer;
  judged.algorithm = algorithm_name(packet.algorithm);
  const auto owner = owned_.find(packet.issuer);
  if (owner == owned_.end()) return judge_stranger(std::move(judged), signed_bytes, signature);
  const Owned& owned = owner->second;
  judged.algorithm = owned.key.algorithm;
  judged.principal = owned.principal;
  const GpgVerdict verdict = (owned.from_bundle ? seen() : trusted_).verify(signed_bytes, signature);
  judged.primary = verdict.primary;
  if (owned.key.weak)
    return fail(judged, SignatureFault::weak, fmt::format("{} is too weak", owned.key.algorithm));
  if (!owned.key.can_sign || owned.key.invalid) {
    return fail(judged, SignatureFault::unfit, "the key may not sign");
  }
  if (!verdict.good || verdict.key != packet.issuer || verdict.primary != owned.primary) {
    const std::string why = verdict.detail.empty() ? "another key made it" : verdict.detail;
    return fail(judged, SignatureFault::bad, why);
  }
  if (packet.created > now_ + clock_skew)
    return fail(judged, SignatureFault::future, "it was made in the future");
  if (packet.expires && has_passed(*packet.expires, now_)) {
    return fail(judged, SignatureFault::lapsed, "the signature has expired");
  }
  return weigh(judged, owned, verdict);
}

// The key as of now: a signature made in good time proves little once its key may be in other
// hands, because its date is the signer's own word.
JudgedSignature& TrustedKeys::weigh(JudgedSignature& judged, const Owned& owner,
                                    const GpgVerdict& verdict) const {
  if (verdict.key_revoked || owner.certificate_revoked || revoked_.contains(owner.key.fingerprint)) {
    return fail(judged, SignatureFault::revoked, "the key has been revoked");
  }
  if (verdict.key_expired || owner.certificate_expired || has_passed(owner.key.expires, now_)) {
    return fail(judged, SignatureFault::expired, "the key has expired");
  }
  if (verdict.signature_expired) return fail(judged, SignatureFault::lapsed, "the signature has expired");
  judged.fault = SignatureFault::none;
  return judged;
}

JudgedSignature TrustedKeys::judge_stranger(JudgedSignature judged, std::string_view signed_bytes,
                                            std::string_view signature) const {
  const std::string name = judged.key->hex();
  if (!known_.contains(*judged.key)) {
    return fail(judged, SignatureFault::absent, fmt::format("key {} is nobody's in the policy", name));
  }
  const GpgVerdict verdict = seen().verify(signed_bytes, signature);
  judged.primary = verdict.primary;
  if (!verdict.good) return fail(judged, SignatureFault::bad, verdict.detail);
  return fail(judged, SignatureFault::stranger, fmt::format("key {} is nobody's in the policy", name));
}

}  // namespace compose
