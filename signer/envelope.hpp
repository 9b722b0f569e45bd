// DSSE envelopes (secure-systems-lab/dsse, protocol.md and envelope.md v1.0.2) with binary
// OpenPGP detached signatures in `sig`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "signer/digest.hpp"

namespace compose {

inline constexpr std::string_view in_toto_payload_type = "application/vnd.in-toto+json";

struct EnvelopeSignature {
  std::string key_hint;   // `keyid`: unauthenticated, decides nothing
  std::string signature;  // binary OpenPGP
};

struct Envelope {
  std::string payload_type;
  std::string payload;  // the very bytes that are signed
  std::vector<EnvelopeSignature> signatures;
};

// "DSSEv1 LEN TYPE LEN BODY": the bytes that are signed.
[[nodiscard]] std::string pre_authentication_encoding(std::string_view type, std::string_view body);

// One line of JSON, without the line feed.
[[nodiscard]] std::string encode_envelope(const Envelope& envelope);

// Strict about JSON, tolerant about unknown fields (DSSE demands it). Throws verdict Errors.
[[nodiscard]] Envelope decode_envelope(std::string_view line);

// SHA-256 of the PAE: what a custody entry is called, whoever signed it.
[[nodiscard]] EntryId entry_id(const Envelope& envelope);

}  // namespace compose
