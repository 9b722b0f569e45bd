#include "signer/envelope.hpp"

#include <nlohmann/json.hpp>

#include "signer/base64.hpp"
#include "signer/error.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

// A custody entry is at most 48 KiB; envelopes of others may be larger, but not without end.
constexpr JsonLimits envelope_limits{.bytes = 1u << 20, .depth = 8};
constexpr std::size_t most_signatures = 64;

const Json& member(const Json& object, const char* name, Json::value_t type) {
  const auto found = object.find(name);
  if (found == object.end()) throw verdict_error("envelope: no '{}'", name);
  if (found->type() != type) throw verdict_error("envelope: '{}' has the wrong type", name);
  return *found;
}

const std::string& text(const Json& object, const char* name) {
  return member(object, name, Json::value_t::string).get_ref<const std::string&>();
}

std::string base64_text(const Json& object, const char* name) {
  auto bytes = from_base64(text(object, name));
  if (!bytes) throw verdict_error("envelope: '{}' is not base64", name);
  return std::move(*bytes);
}

EnvelopeSignature decode_signature(const Json& value) {
  if (!value.is_object()) throw verdict_error("envelope: a signature is not an object");
  EnvelopeSignature signature;
  if (value.contains("keyid")) signature.key_hint = text(value, "keyid");
  signature.signature = base64_text(value, "sig");
  if (signature.signature.empty()) throw verdict_error("envelope: a signature is empty");
  return signature;
}

}  // namespace

std::string pre_authentication_encoding(std::string_view type, std::string_view body) {
  return fmt::format("DSSEv1 {} {} {} {}", type.size(), type, body.size(), body);
}

std::string encode_envelope(const Envelope& envelope) {
  Json signatures = Json::array();
  for (const EnvelopeSignature& each : envelope.signatures) {
    Json signature{{"sig", to_base64(each.signature)}};
    if (!each.key_hint.empty()) signature["keyid"] = each.key_hint;
    signatures.push_back(std::move(signature));
  }
  return canonical_json(Json{{"payload", to_base64(envelope.payload)},
                             {"payloadType", envelope.payload_type},
                             {"signatures", std::move(signatures)}});
}

Envelope decode_envelope(std::string_view line) {
  const Json parsed = parse_strict_json(line, envelope_limits);
  if (!parsed.is_object()) throw verdict_error("envelope: not an object");
  Envelope envelope;
  envelope.payload = base64_text(parsed, "payload");
  envelope.payload_type = text(parsed, "payloadType");
  const Json& signatures = member(parsed, "signatures", Json::value_t::array);
  if (signatures.empty()) throw verdict_error("envelope: no signature");
  if (signatures.size() > most_signatures)
    throw verdict_error("envelope: more than {} signatures", most_signatures);
  for (const Json& each : signatures) envelope.signatures.push_back(decode_signature(each));
  return envelope;
}

EntryId entry_id(const Envelope& envelope) {
  return EntryId(sha256(pre_authentication_encoding(envelope.payload_type, envelope.payload)));
}

}  // namespace compose
