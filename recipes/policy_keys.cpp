#include "recipes/policy_keys.hpp"

#include <fmt/format.h>

#include "recipes/path_rules.hpp"
#include "signer/atomic_file.hpp"
#include "signer/certificate_fingerprint.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_certificate_bytes = 1u << 20;

struct KeyName {
  std::string file;  // "" for a bare fingerprint
  std::optional<Fingerprint> pinned;
};

// The text's two halves; a wrong fingerprint is an Error.
KeyName split(const std::string& text) {
  if (const auto bare = Fingerprint::from(text)) return {"", bare};
  const std::size_t mark = text.rfind('#');
  if (mark == std::string::npos) return {text, std::nullopt};
  const auto pinned = Fingerprint::from(std::string_view(text).substr(mark + 1));
  if (!pinned) {
    throw Error(ErrorKind::usage, fmt::format("{} does not end in a fingerprint", shown(text)),
                "after '#' stand 40 hex digits");
  }
  if (mark == 0)
    throw Error(ErrorKind::usage, fmt::format("{} names no file", shown(text)), "leave the '#' out");
  return {text.substr(0, mark), pinned};
}

// The certificate's primary fingerprint. More than one in a file would make it unclear who
// is meant; a secret key does not belong into the hands of verifiers.
Fingerprint only_fingerprint(const std::string& certificate, const std::string& name) {
  if (certificate.find("-----BEGIN PGP PRIVATE KEY BLOCK-----") != std::string::npos) {
    throw Error(ErrorKind::usage, fmt::format("{} holds a private key", shown(name)),
                "export the certificate alone: gpg --armor --export FINGERPRINT");
  }
  const auto found = certificate_fingerprints(certificate, printable(name));
  if (found.size() != 1) throw usage_error("{} holds {} certificates, not one", shown(name), found.size());
  return found.front();
}

std::string read_certificate(const std::filesystem::path& folder, const std::string& file) {
  if (const auto reason = host_path_fault(file)) {
    throw usage_error("key file {} is not valid: {}", shown(file), *reason);
  }
  return read_file(anchored(folder, file), most_certificate_bytes, ErrorKind::usage);
}

}  // namespace

std::optional<TrustedKey> PolicyKeys::read(const LocatedText& text, const std::string& principal,
                                           Faults& faults) {
  try {
    const KeyName name = split(text.value);
    TrustedKey key{text.value, {}, name.pinned};
    if (name.file.empty() && name.pinned) {
      claim(*name.pinned, text, principal, faults);
      return key;
    }
    key.certificate = read_certificate(folder_, name.file);
    const Fingerprint primary = only_fingerprint(key.certificate, name.file);
    if (name.pinned && *name.pinned != primary) {
      throw Error(ErrorKind::usage, fmt::format("{} is the certificate of another key", shown(name.file)),
                  fmt::format("its primary key is {}", primary.hex()));
    }
    claim(primary, text, principal, faults);
    return key;
  } catch (const Error& error) {
    faults.add(text.place, error.what(), error.hint());
    return std::nullopt;
  }
}

void PolicyKeys::claim(const Fingerprint& primary, const LocatedText& text, const std::string& principal,
                       Faults& faults) {
  const auto [owner, fresh] = owners_.emplace(primary, principal);
  if (fresh) return;
  faults.add(text.place,
             owner->second == principal
                 ? fmt::format("the key {} is listed twice for {}", primary.hex(), shown(principal))
                 : fmt::format("the key {} is also the key of {}: one key stands for one person",
                               primary.hex(), shown(owner->second)));
}

}  // namespace compose
