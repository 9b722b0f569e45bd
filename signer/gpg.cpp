#include "signer/gpg.hpp"

#include <gpgme.h>

#include <array>
#include <mutex>
#include <thread>
#include <utility>

#include "signer/c_handle.hpp"
#include "signer/error.hpp"
#include "signer/gnupg_home.hpp"
#include "signer/openpgp_packet.hpp"
#include "signer/printable.hpp"
#include "signer/signing_key.hpp"

namespace compose {

namespace {

using Context = CHandle<gpgme_context, gpgme_release>;
using Data = CHandle<gpgme_data, gpgme_data_release>;
using Key = CHandle<_gpgme_key, gpgme_key_unref>;
using Text = CHandle<char, gpgme_free>;

constexpr std::size_t most_certificate_bytes = 4u << 20;
constexpr unsigned least_rsa_bits = 2048;

std::string reason(gpgme_error_t error) {
  std::array<char, 256> text{};
  gpgme_strerror_r(error, text.data(), text.size());
  return printable(text.data());
}

// Not the certificate's fault.
bool is_of_the_machine(gpgme_error_t error) {
  switch (gpgme_err_code(error)) {
    case GPG_ERR_EMFILE:
    case GPG_ERR_ENFILE:
    case GPG_ERR_ENOMEM:
    case GPG_ERR_ENOSPC:
    case GPG_ERR_EIO:
      return true;
    default:
      return false;
  }
}

void check(gpgme_error_t error, std::string_view what) {
  if (error != 0) throw failure_error("gpg: {}: {}", what, reason(error));
}

// The library must be told once that it is used, before anything else; it then ignores SIGPIPE.
void start_library() {
  static const char* const version = gpgme_check_version(nullptr);
  if (version == nullptr) throw failure_error("gpg: the GPGME library does not start");
}

Context open_context(const std::string& home) {
  start_library();
  Context context;
  check(gpgme_new(take_into(context)), "open a context");
  check(gpgme_ctx_set_engine_info(context.get(), GPGME_PROTOCOL_OpenPGP, nullptr, home.c_str()),
        "is gpg installed?");
  gpgme_set_offline(context.get(), 1);
  return context;
}

// A view: `bytes` must outlive it.
Data data_of(std::string_view bytes) {
  Data data;
  check(gpgme_data_new_from_mem(take_into(data), bytes.data(), bytes.size(), 0), "pass data");
  return data;
}

Data empty_data() {
  Data data;
  check(gpgme_data_new(take_into(data)), "make room for data");
  return data;
}

std::string bytes_in(Data data) {
  std::size_t size = 0;
  const Text bytes(gpgme_data_release_and_get_mem(data.release(), &size));
  return bytes ? std::string(bytes.get(), size) : std::string();
}

// --- certificates

std::string algorithm_of(const _gpgme_subkey& key) {
  const Text name(gpgme_pubkey_algo_string(const_cast<gpgme_subkey_t>(&key)));  // NOLINT: reads only
  return name ? name.get() : "unknown";
}

CertificateKey copy_key(const _gpgme_subkey& key) {
  const auto fingerprint = Fingerprint::from(key.fpr != nullptr ? key.fpr : "");
  if (!fingerprint) throw usage_error("gpg: a key that is not of OpenPGP version 4");
  CertificateKey copy{.fingerprint = *fingerprint, .algorithm = algorithm_of(key)};
  copy.can_sign = key.can_sign != 0;
  copy.revoked = key.revoked != 0;
  copy.expired = key.expired != 0;
  copy.invalid = key.invalid != 0 || key.disabled != 0 || key.timestamp <= 0;
  copy.has_secret = key.secret != 0;
  copy.created = key.timestamp;
  copy.expires = key.expires;
  const bool counts_bits =
      key.pubkey_algo == GPGME_PK_RSA || key.pubkey_algo == GPGME_PK_RSA_S || key.pubkey_algo == GPGME_PK_DSA;
  copy.weak = counts_bits && key.length < least_rsa_bits;
  return copy;
}

Certificate copy_certificate(const _gpgme_key& key) {
  Certificate copy;
  for (gpgme_subkey_t each = key.subkeys; each != nullptr; each = each->next)
    copy.keys.push_back(copy_key(*each));
  for (gpgme_user_id_t each = key.uids; each != nullptr; each = each->next)
    copy.user_ids.emplace_back(each->uid);
  if (copy.keys.empty()) throw usage_error("gpg: a certificate without keys");
  copy.revoked = key.revoked != 0 || copy.keys.front().revoked;
  copy.expired = key.expired != 0 || copy.keys.front().expired;
  if (key.invalid != 0 || key.disabled != 0) copy.keys.front().invalid = true;
  return copy;
}

std::vector<Certificate> list_certificates(const std::string& home) {
  const Context context = open_context(home);
  check(gpgme_op_keylist_start(context.get(), nullptr, 0), "list keys");
  std::vector<Certificate> listed;
  for (;;) {
    Key key;
    const gpgme_error_t error = gpgme_op_keylist_next(context.get(), take_into(key));
    if (gpgme_err_code(error) == GPG_ERR_EOF) break;
    check(error, "list keys");
    listed.push_back(copy_certificate(*key));
  }
  return listed;
}

// --- verification

// Words for GPGME's status of one signature; sets the flags that belong to it.
void judge_status(GpgVerdict& verdict, gpgme_error_t status) {
  switch (gpgme_err_code(status)) {
    case GPG_ERR_NO_ERROR:
      verdict.good = true;
      return;
    case GPG_ERR_SIG_EXPIRED:
      verdict.good = verdict.signature_expired = true;
      return;
    case GPG_ERR_KEY_EXPIRED:
      verdict.good = verdict.key_expired = true;
      return;
    case GPG_ERR_CERT_REVOKED:
      verdict.good = verdict.key_revoked = true;
      return;
    case GPG_ERR_NO_PUBKEY:
      verdict.key_missing = true;
      verdict.detail = "the key is not in the ring";
      return;
    default:
      verdict.detail = reason(status);
  }
}

// What the certificates say of the key now. gpg's status knows one reason only, and an expired
// signature by a revoked key is both.
void judge_key(GpgVerdict& verdict, const std::vector<Certificate>& certificates) {
  for (const Certificate& certificate : certificates) {
    for (const CertificateKey& key : certificate.keys) {
      if (key.fingerprint != verdict.key) continue;
      verdict.primary = certificate.primary();
      verdict.key_revoked = verdict.key_revoked || certificate.revoked || key.revoked;
      verdict.key_expired = verdict.key_expired || certificate.expired || key.expired;
      if (!key.can_sign) verdict.detail = "the key is not allowed to sign";
      if (key.invalid || certificate.keys.front().invalid) verdict.detail = "the key is not valid";
      return;
    }
  }
  if (!verdict.key_missing) verdict.detail = "the key is not in the ring";
}

GpgVerdict refused(std::string detail) {
  GpgVerdict verdict;
  verdict.detail = std::move(detail);
  return verdict;
}

GpgVerdict judge(const gpgme_verify_result_t result, const SignaturePacket& packet,
                 const std::vector<Certificate>& certificates) {
  if (result == nullptr || result->signatures == nullptr) return refused("gpg saw no signature");
  const _gpgme_signature& signature = *result->signatures;
  if (signature.next != nullptr) return refused("gpg saw more than one signature");
  GpgVerdict verdict;
  verdict.key = packet.issuer;
  verdict.created = packet.created;
  judge_status(verdict, signature.status);
  if (verdict.good && Fingerprint::from(signature.fpr != nullptr ? signature.fpr : "") != packet.issuer) {
    verdict.detail = "gpg names another key than the signature does";
  }
  if (verdict.good && static_cast<std::int64_t>(signature.timestamp) != packet.created) {
    verdict.detail = "gpg names another time than the signature does";
  }
  if (signature.wrong_key_usage != 0) verdict.detail = "the key is not allowed to sign";
  judge_key(verdict, certificates);
  verdict.good = verdict.good && verdict.detail.empty();
  return verdict;
}

// --- signing

// gpg-agent runs out of locked memory when many ask at once, and one pinentry at a time is
// enough for a person.
std::mutex signing_turn;

std::string hint_for(gpgme_error_t error) {
  switch (gpgme_err_code(error)) {
    case GPG_ERR_NO_AGENT:
    case GPG_ERR_AGENT:
      return "gpg-agent does not start: is the package gpg-agent installed, and is GNUPGHOME yours and "
             "short?";
    case GPG_ERR_BAD_PASSPHRASE:
    case GPG_ERR_CANCELED:
    case GPG_ERR_NO_PIN_ENTRY:
    case GPG_ERR_PIN_ENTRY:
    case GPG_ERR_NO_PASSPHRASE:
    case GPG_ERR_FULLY_CANCELED:
    case GPG_ERR_ENOTTY:
      return "the key has a passphrase: unlock it before (export GPG_TTY=$(tty); gpg --sign), or use a key "
             "without one";
    default:
      return "try the same by hand: gpg --local-user KEY --detach-sign FILE";
  }
}

class GpgSigner final : public Signer {
 public:
  GpgSigner(std::string home, Key handle, Fingerprint key, Fingerprint primary,
            std::chrono::milliseconds limit)
      : home_(std::move(home)),
        handle_(std::move(handle)),
        key_(std::move(key)),
        primary_(std::move(primary)),
        limit_(limit),
        certificate_(export_certificate()) {}

  [[nodiscard]] const Fingerprint& key() const override { return key_; }
  [[nodiscard]] const Fingerprint& primary() const override { return primary_; }
  [[nodiscard]] const std::string& certificate() const override { return certificate_; }

  [[nodiscard]] std::string sign(std::string_view bytes) const override {
    const std::scoped_lock turn(signing_turn);
    std::string signature = run_gpg(bytes);
    check_own(signature);
    return signature;
  }

 private:
  [[nodiscard]] std::string export_certificate() const {
    const Context context = open_context(home_);
    gpgme_set_armor(context.get(), 1);
    Data out = empty_data();
    check(gpgme_op_export(context.get(), primary_.hex().c_str(), GPGME_EXPORT_MODE_MINIMAL, out.get()),
          "export the certificate");
    return bytes_in(std::move(out));
  }

  // Other processes use the same agent: out of memory there passes.
  [[nodiscard]] std::string run_gpg(std::string_view bytes) const {
    constexpr int attempts = 4;
    for (int attempt = 1;; ++attempt) {
      Data out = empty_data();
      const gpgme_error_t error = run_gpg_once(bytes, out.get());
      if (error == 0) return bytes_in(std::move(out));
      if (gpgme_err_code(error) != GPG_ERR_ENOMEM || attempt == attempts) {
        throw cannot_sign(key_, reason(error), hint_for(error));
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50 * attempt));
    }
  }

  [[nodiscard]] gpgme_error_t run_gpg_once(std::string_view bytes, gpgme_data_t out) const {
    const Context context = open_context(home_);
    check(gpgme_signers_add(context.get(), handle_.get()), "choose the key");
    const Data in = data_of(bytes);
    check(gpgme_op_sign_start(context.get(), in.get(), out, GPGME_SIG_MODE_DETACH), "start to sign");
    return wait_for(context.get());
  }

  // gpgme_wait comes back at each event, and once a second without any; gpgme_cancel_async
  // would be looked at only when gpg says something, which a hung gpg does not.
  [[nodiscard]] gpgme_error_t wait_for(gpgme_ctx_t context) const {
    const auto deadline = std::chrono::steady_clock::now() + limit_;
    gpgme_error_t status = 0;
    while (gpgme_wait(context, &status, 0) == nullptr) {
      if (std::chrono::steady_clock::now() < deadline) continue;
      gpgme_cancel(context);
      throw cannot_sign(
          key_, fmt::format("gpg did not answer within {} s", limit_.count() / 1000),
          "a pinentry may be waiting where nobody sees it: unlock the key before, or stop it with "
          "gpgconf --kill gpg-agent");
    }
    return status;
  }

  // GPGME cannot choose the digest, and the caller's gpg.conf can change everything else: what
  // comes out is held against the rules that verifiers will apply.
  void check_own(std::string_view signature) const {
    const std::string hint =
        fmt::format("gpg.conf in {} may set armor, textmode, local-user or a weak digest", printable(home_));
    const auto parsed = parse_signature_packet(signature);
    if (const auto* fault = std::get_if<PacketFault>(&parsed)) {
      throw cannot_sign(key_, fmt::format("gpg made a signature that custody refuses: {}", fault->message),
                        hint);
    }
    const auto& issuer = std::get<SignaturePacket>(parsed).issuer;
    if (issuer != key_) {
      throw cannot_sign(key_, fmt::format("gpg signed with {} instead", issuer.hex()), hint);
    }
  }

  std::string home_;
  Key handle_;
  Fingerprint key_;
  Fingerprint primary_;
  std::chrono::milliseconds limit_;
  std::string certificate_;
};

Key secret_key(const std::string& home, const Fingerprint& fingerprint) {
  const Context context = open_context(home);
  Key key;
  const gpgme_error_t error = gpgme_get_key(context.get(), fingerprint.hex().c_str(), take_into(key), 1);
  const gpgme_err_code_t code = gpgme_err_code(error);
  if (code == GPG_ERR_EOF || code == GPG_ERR_NO_SECKEY || code == GPG_ERR_NOT_FOUND || (error == 0 && !key)) {
    throw no_secret_key(fingerprint, home);
  }
  check(error, fmt::format("find the secret key {}", fingerprint.hex()));
  return key;
}

std::unique_ptr<GpgSigner> open_in(const std::string& home, const Fingerprint& fingerprint,
                                   std::chrono::milliseconds limit) {
  Key handle = secret_key(home, fingerprint);
  const Certificate certificate = copy_certificate(*handle);
  const Fingerprint key = choose_signing_key(certificate, home).fingerprint;
  return std::make_unique<GpgSigner>(home, std::move(handle), key, certificate.primary(), limit);
}

}  // namespace

struct KeyRing::State {
  TemporaryFolder home = make_private_gnupg_home();
  std::mutex lock;
  std::optional<std::vector<Certificate>> listing;  // absent: out of date

  const std::vector<Certificate>& certificates() {
    const std::scoped_lock held(lock);
    if (!listing) listing = list_certificates(home.path().string());
    return *listing;
  }
};

KeyRing::KeyRing() : state_(std::make_unique<State>()) {}
KeyRing::~KeyRing() = default;
KeyRing::KeyRing(KeyRing&&) noexcept = default;
KeyRing& KeyRing::operator=(KeyRing&&) noexcept = default;

void KeyRing::import(std::string_view certificate_bytes, std::string_view origin) {
  const std::string name = printable(origin);
  if (certificate_bytes.size() > most_certificate_bytes) {
    throw usage_error("{}: larger than {} bytes", name, most_certificate_bytes);
  }
  const Context context = open_context(state_->home.path().string());
  const Data data = data_of(certificate_bytes);
  state_->listing.reset();
  const gpgme_error_t error = gpgme_op_import(context.get(), data.get());
  const gpgme_import_result_t result = gpgme_op_import_result(context.get());
  if (result != nullptr && result->secret_read > 0) {
    throw Error(ErrorKind::usage, fmt::format("{}: holds a secret key, not a certificate", name),
                "export the certificate alone: gpg --export --armor FINGERPRINT");
  }
  if (error != 0 && is_of_the_machine(error)) throw failure_error("{}: {}", name, reason(error));
  if (error != 0) throw usage_error("{}: not an OpenPGP certificate: {}", name, reason(error));
  if (result == nullptr || result->considered == 0)
    throw usage_error("{}: holds no OpenPGP certificate", name);
  if (result->imported + result->unchanged + result->new_user_ids + result->new_sub_keys +
          result->new_signatures + result->new_revocations ==
      0) {
    throw usage_error("{}: gpg takes no certificate from it (no self-signed user ID?)", name);
  }
}

GpgVerdict KeyRing::verify(std::string_view signed_bytes, std::string_view signature) const {
  const auto parsed = parse_signature_packet(signature);
  if (const auto* fault = std::get_if<PacketFault>(&parsed)) return refused(fault->message);
  const auto& packet = std::get<SignaturePacket>(parsed);
  const Context context = open_context(state_->home.path().string());
  const Data over = data_of(signed_bytes);
  const Data detached = data_of(signature);
  const gpgme_error_t error = gpgme_op_verify(context.get(), detached.get(), over.get(), nullptr);
  if (error != 0) return refused(reason(error));
  return judge(gpgme_op_verify_result(context.get()), packet, state_->certificates());
}

std::vector<Certificate> KeyRing::certificates() const { return state_->certificates(); }

std::vector<Certificate> read_certificates(std::string_view bytes, std::string_view origin) {
  KeyRing ring;
  ring.import(bytes, origin);
  return ring.certificates();
}

std::unique_ptr<Signer> open_signer(std::string_view certificate_bytes, std::string_view origin,
                                    std::chrono::milliseconds limit) {
  const std::vector<Certificate> certificates = read_certificates(certificate_bytes, origin);
  if (certificates.size() != 1) {
    throw usage_error("{}: holds {} certificates; one is needed", printable(origin), certificates.size());
  }
  auto signer = open_in(callers_gnupg_home().string(), certificates.front().primary(), limit);
  check_listed(certificates.front(), signer->key(), origin);
  return signer;
}

std::unique_ptr<Signer> open_signer(const Fingerprint& fingerprint, std::chrono::milliseconds limit) {
  auto signer = open_in(callers_gnupg_home().string(), fingerprint, limit);
  if (fingerprint != signer->primary() && fingerprint != signer->key()) {
    throw cannot_sign(fingerprint, fmt::format("gpg would use the newer key {}", signer->key().hex()),
                      "name that key or the primary one");
  }
  return signer;
}

}  // namespace compose
