// One OpenPGP signature packet, read strictly (RFC 4880, sections 4.2 and 5.2.3).
//
// gpg takes many things for a signature: several packets in a row, armor, text-mode signatures
// that survive changed line ends, SHA-1. Custody takes one thing only: a single v4 signature
// over binary data, with SHA-256 or better, by RSA, ECDSA or EdDSA, that names its key by full
// fingerprint in its hashed area. This file says whether bytes are that; gpg.hpp says whether
// the signature is good. Both must hold (CUSTODY.md, "Signatures").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "signer/fingerprint.hpp"

namespace compose {

inline constexpr std::size_t most_signature_bytes = 8192;

enum class SignatureAlgorithm { rsa = 1, ecdsa = 19, eddsa = 22 };  // RFC 4880 section 9.1, RFC 6637
enum class SignatureHash { sha256 = 8, sha384 = 9, sha512 = 10 };   // RFC 4880 section 9.4

[[nodiscard]] std::string_view algorithm_name(SignatureAlgorithm algorithm);  // "rsa", "ecdsa", "eddsa"
[[nodiscard]] std::string_view hash_name(SignatureHash hash);                 // "sha256", …

// What the hashed area of an acceptable packet says. Nothing of it is proven before the
// signature has been verified.
struct SignaturePacket {
  SignatureAlgorithm algorithm = SignatureAlgorithm::rsa;
  SignatureHash hash = SignatureHash::sha256;
  Fingerprint issuer;                   // the key or subkey that signed
  std::int64_t created = 0;             // seconds since 1970
  std::optional<std::int64_t> expires;  // seconds since 1970; absent: never
};

// Why bytes are not acceptable. `code` is stable, for findings:
//   signature-malformed   not one complete signature packet and nothing else
//   signature-version     not version 4
//   signature-class       not over binary data (class 0x00)
//   signature-algorithm   a public-key algorithm that custody does not take
//   signature-hash        weaker than SHA-256, or unknown
//   signature-issuer      no (or no single) v4 issuer fingerprint in the hashed area
//   signature-time        no (or no single) creation time in the hashed area
//   signature-critical    a critical subpacket that this program does not know
struct PacketFault {
  std::string code;
  std::string message;
};

// Never throws for what is in the bytes.
[[nodiscard]] std::variant<SignaturePacket, PacketFault> parse_signature_packet(std::string_view bytes);

}  // namespace compose
