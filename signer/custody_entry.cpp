#include "signer/custody_entry.hpp"

#include "signer/error.hpp"

namespace compose {

namespace {

void check_size(std::string_view line, ErrorKind kind) {
  if (line.size() <= most_entry_bytes) return;
  throw Error(kind, fmt::format("entry-size: {} bytes, more than {}", line.size(), most_entry_bytes),
              kind == ErrorKind::usage
                  ? "shorten the reason, the inputs or the contract, or attach less evidence"
                  : "");
}

Envelope decode_line(std::string_view line) {
  check_size(line, ErrorKind::verdict);
  Envelope envelope = with_context([&] { return decode_envelope(line); }, "entry-envelope");
  if (envelope.payload_type != in_toto_payload_type) {
    throw verdict_error("entry-envelope: the payload is not of type {}", in_toto_payload_type);
  }
  // The log's leaf is made of the line: an entry must not have two.
  if (encode_envelope(envelope) != line) {
    throw verdict_error("entry-spelling: not the one canonical spelling of the envelope");
  }
  return envelope;
}

}  // namespace

CustodyEntry sign_entry(const CustodyHeader& header, const Claim& claim, const Signer& signer) {
  return with_context(
      [&]() -> CustodyEntry {
        CustodyStatement statement{
            .header = header, .signing_key = signer.key(), .primary_key = signer.primary(), .claim = claim};
        Envelope envelope{.payload_type = std::string(in_toto_payload_type),
                          .payload = encode_statement(statement),
                          .signatures = {}};
        // A payload that is too large alone is not worth a touch of the token.
        check_size(encode_envelope(envelope), ErrorKind::usage);
        envelope.signatures.push_back(
            {.key_hint = signer.key().hex(),
             .signature = signer.sign(pre_authentication_encoding(envelope.payload_type, envelope.payload))});
        std::string line = encode_envelope(envelope);
        check_size(line, ErrorKind::usage);
        return {.id = entry_id(envelope),
                .statement = std::move(statement),
                .envelope = std::move(envelope),
                .line = std::move(line)};
      },
      "{} entry", claim_kind(claim));
}

CustodyEntry decode_entry(std::string_view line) {
  Envelope envelope = decode_line(line);
  CustodyStatement statement = decode_statement(envelope.payload);
  return {.id = entry_id(envelope),
          .statement = std::move(statement),
          .envelope = std::move(envelope),
          .line = std::string(line)};
}

}  // namespace compose
