#include "signer/openpgp_packet.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "signer/byte_sink.hpp"
#include "signer/digest.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// Thrown inside this file only; parse_signature_packet turns it into a value.
struct Refusal {
  PacketFault fault;
};

template <typename... Args>
[[noreturn]] void refuse(const char* code, fmt::format_string<Args...> text, Args&&... args) {
  throw Refusal{{code, fmt::format(text, std::forward<Args>(args)...)}};
}

// Takes bytes from the front; running out is a malformed packet.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view take(std::size_t count) {
    if (count > rest_.size()) refuse("signature-malformed", "the packet is cut short");
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  std::uint32_t number(std::size_t octets) {
    std::uint32_t value = 0;
    for (const char octet : take(octets)) value = value << 8 | static_cast<unsigned char>(octet);
    return value;
  }
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] std::size_t size() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

constexpr std::uint32_t signature_tag = 2;

// RFC 4880 section 4.2.1; also the form of subpacket lengths (5.2.3.1), where 224–254 are
// ordinary two-octet lengths.
std::uint32_t new_length(Reader& reader, bool partial_exists) {
  const std::uint32_t first = reader.number(1);
  if (first < 192) return first;
  if (first == 255) return reader.number(4);
  if (first >= 224 && partial_exists) refuse("signature-malformed", "the packet has a partial length");
  return ((first - 192) << 8) + reader.number(1) + 192;
}

std::uint32_t old_length(Reader& reader, std::uint32_t length_type) {
  if (length_type == 3) refuse("signature-malformed", "the packet has no length");
  return reader.number(std::size_t{1} << length_type);
}

std::string_view packet_body(std::string_view bytes) {
  if (bytes.size() > most_signature_bytes) {
    refuse("signature-malformed", "larger than {} bytes", most_signature_bytes);
  }
  Reader reader(bytes);
  const std::uint32_t header = reader.number(1);
  if ((header & 0x80) == 0) refuse("signature-malformed", "not a binary OpenPGP packet");
  const bool new_format = (header & 0x40) != 0;
  const std::uint32_t tag = new_format ? header & 0x3f : header >> 2 & 0x0f;
  if (tag != signature_tag) refuse("signature-malformed", "packet type {} is not a signature", tag);
  const std::uint32_t length = new_format ? new_length(reader, true) : old_length(reader, header & 3);
  const std::string_view body = reader.take(length);
  if (!reader.empty()) refuse("signature-malformed", "{} bytes follow the signature packet", reader.size());
  return body;
}

// RFC 4880 section 5.2.3.1.
enum Subpacket : std::uint32_t {
  creation_time = 2,
  expiration_time = 3,
  issuer_key_id = 16,
  notation = 20,
  preferred_keyserver = 24,
  policy_uri = 26,
  signers_user_id = 28,
  issuer_fingerprint = 33,
};

// Known here means: it may be critical and is understood, or changes nothing about what is
// signed. A critical notation is one that the signer wants understood, and none is.
bool known(std::uint32_t type) {
  constexpr std::array types{creation_time, expiration_time, issuer_key_id,     preferred_keyserver,
                             policy_uri,    signers_user_id, issuer_fingerprint};
  return std::find(types.begin(), types.end(), type) != types.end();
}

struct HashedArea {
  std::optional<std::int64_t> created;
  std::optional<std::int64_t> lifetime;
  std::optional<std::string> key_id;
  std::optional<Fingerprint> issuer;
};

Fingerprint read_issuer(Reader& content) {
  const std::uint32_t version = content.number(1);
  if (version != 4 || content.size() != 20) {
    refuse("signature-issuer", "the issuer fingerprint is not of version 4");
  }
  return *Fingerprint::from(to_hex(bytes_of(content.take(20))));
}

template <typename T>
void set_once(std::optional<T>& field, T value, const char* code, const char* what) {
  if (field) refuse(code, "more than one {}", what);
  field = std::move(value);
}

void read_hashed(HashedArea& area, std::uint32_t type, Reader content) {
  switch (type) {
    case creation_time:
      set_once<std::int64_t>(area.created, content.number(4), "signature-time", "creation time");
      break;
    case expiration_time:
      set_once<std::int64_t>(area.lifetime, content.number(4), "signature-time", "expiration time");
      break;
    case issuer_key_id:
      set_once(area.key_id, to_hex(bytes_of(content.take(8))), "signature-issuer", "issuer key id");
      break;
    case issuer_fingerprint:
      set_once(area.issuer, read_issuer(content), "signature-issuer", "issuer fingerprint");
      content.take(content.size());
      break;
    default:
      return;
  }
  if (!content.empty()) refuse("signature-malformed", "subpacket {} is too long", type);
}

// Calls `visit(type, content)` for each subpacket of an area.
template <typename Visit>
void each_subpacket(std::string_view area, Visit&& visit) {
  Reader reader(area);
  while (!reader.empty()) {
    const std::uint32_t length = new_length(reader, false);
    if (length == 0) refuse("signature-malformed", "an empty subpacket");
    Reader subpacket(reader.take(length));
    const std::uint32_t octet = subpacket.number(1);
    const std::uint32_t type = octet & 0x7f;
    if ((octet & 0x80) != 0 && !known(type)) {
      refuse("signature-critical", "the critical subpacket {} is not known", type);
    }
    visit(type, subpacket);
  }
}

SignatureAlgorithm read_algorithm(std::uint32_t id) {
  switch (id) {
    case 1:
      return SignatureAlgorithm::rsa;
    case 19:
      return SignatureAlgorithm::ecdsa;
    case 22:
      return SignatureAlgorithm::eddsa;
    default:
      refuse("signature-algorithm", "public-key algorithm {} is not accepted (RSA, ECDSA and EdDSA are)", id);
  }
}

SignatureHash read_hash(std::uint32_t id) {
  switch (id) {
    case 8:
      return SignatureHash::sha256;
    case 9:
      return SignatureHash::sha384;
    case 10:
      return SignatureHash::sha512;
    default:
      refuse("signature-hash", "hash algorithm {} is not accepted (SHA-256, SHA-384 and SHA-512 are)", id);
  }
}

// The numbers of the signature itself: as many as the algorithm has, and nothing after them.
void check_numbers(Reader& body, SignatureAlgorithm algorithm) {
  body.take(2);  // the left 16 bits of the hash: a hint for quick failure, not a check
  const int count = algorithm == SignatureAlgorithm::rsa ? 1 : 2;
  for (int i = 0; i < count; ++i) body.take((body.number(2) + 7) / 8);
  if (!body.empty()) refuse("signature-malformed", "{} bytes follow the signature's numbers", body.size());
}

SignaturePacket accept(SignatureAlgorithm algorithm, SignatureHash hash, const HashedArea& area) {
  if (!area.issuer) refuse("signature-issuer", "no issuer fingerprint in the hashed area");
  if (!area.created) refuse("signature-time", "no creation time in the hashed area");
  if (area.key_id && !area.issuer->hex().ends_with(*area.key_id)) {
    refuse("signature-issuer", "the issuer's key id and fingerprint disagree");
  }
  SignaturePacket packet{algorithm, hash, *area.issuer, *area.created, std::nullopt};
  // A lifetime of zero means "never" (section 5.2.3.10).
  if (area.lifetime && *area.lifetime != 0) packet.expires = *area.created + *area.lifetime;
  return packet;
}

SignaturePacket parse(std::string_view bytes) {
  Reader body(packet_body(bytes));
  const std::uint32_t version = body.number(1);
  if (version != 4) refuse("signature-version", "version {} is not accepted, only 4", version);
  const std::uint32_t signature_class = body.number(1);
  if (signature_class != 0) {
    refuse("signature-class", "class 0x{:02x} is not accepted, only binary (0x00)", signature_class);
  }
  const SignatureAlgorithm algorithm = read_algorithm(body.number(1));
  const SignatureHash hash = read_hash(body.number(1));
  HashedArea hashed;
  each_subpacket(body.take(body.number(2)),
                 [&](std::uint32_t type, const Reader& content) { read_hashed(hashed, type, content); });
  each_subpacket(body.take(body.number(2)), [](std::uint32_t, const Reader&) {});
  check_numbers(body, algorithm);
  return accept(algorithm, hash, hashed);
}

}  // namespace

std::string_view algorithm_name(SignatureAlgorithm algorithm) {
  switch (algorithm) {
    case SignatureAlgorithm::rsa:
      return "rsa";
    case SignatureAlgorithm::ecdsa:
      return "ecdsa";
    case SignatureAlgorithm::eddsa:
      return "eddsa";
  }
  return "unknown";
}

std::string_view hash_name(SignatureHash hash) {
  switch (hash) {
    case SignatureHash::sha256:
      return "sha256";
    case SignatureHash::sha384:
      return "sha384";
    case SignatureHash::sha512:
      return "sha512";
  }
  return "unknown";
}

std::variant<SignaturePacket, PacketFault> parse_signature_packet(std::string_view bytes) {
  try {
    return parse(bytes);
  } catch (const Refusal& refusal) {
    return refusal.fault;
  }
}

}  // namespace compose
