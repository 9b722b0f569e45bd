#include "signer/certificate_fingerprint.hpp"

#include <cstdint>
#include <optional>
#include <string>

#include "signer/base64.hpp"
#include "signer/byte_sink.hpp"
#include "signer/digest.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::string_view armor_begin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view armor_end = "-----END PGP PUBLIC KEY BLOCK-----";
constexpr unsigned public_key_tag = 6;

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

// The packets inside one armor block; `text` moves behind it.
std::optional<std::string> dearmor(std::string_view& text) {
  text.remove_prefix(text.find(armor_begin));
  next_line(text);
  while (!text.empty() && !next_line(text).empty()) {
  }  // armor headers end at an empty line
  std::string digits;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line == armor_end) return from_base64(digits);
    if (!line.starts_with('=')) digits += line;  // "=xxxx" is the CRC-24
  }
  return std::nullopt;
}

struct Packet {
  unsigned tag = 0;
  std::string_view body;
};

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

// The packet at the front of `bytes` (sections 4.2.1 and 4.2.2); partial lengths are not for keys.
std::optional<Packet> next_packet(std::string_view& bytes) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  if (bytes.size() < 2 || (octet(0) & 0x80) == 0) return std::nullopt;
  const bool new_format = (octet(0) & 0x40) != 0;
  const unsigned tag = new_format ? octet(0) & 63u : octet(0) >> 2 & 15u;
  std::size_t skip = 1;   // octets before the length's value
  std::size_t width = 0;  // octets of the length's value
  if (!new_format) {
    if ((octet(0) & 3) == 3) return std::nullopt;
    width = std::size_t{1} << (octet(0) & 3);
  } else if (octet(1) < 192) {
    width = 1;
  } else if (octet(1) < 224) {
    width = 2;
  } else if (octet(1) == 255) {
    skip = 2;
    width = 4;
  } else {
    return std::nullopt;
  }
  if (bytes.size() < skip + width) return std::nullopt;
  std::size_t length = big_endian(bytes.substr(skip, width));
  if (new_format && width == 2) length = length - (192u << 8) + 192u;
  if (bytes.size() - skip - width < length) return std::nullopt;
  const Packet packet{tag, bytes.substr(skip + width, length)};
  bytes.remove_prefix(skip + width + length);
  return packet;
}

Fingerprint fingerprint_of(std::string_view key_packet, std::string_view origin) {
  if (key_packet.empty() || key_packet[0] != 4 || key_packet.size() > 0xffff) {
    throw usage_error("{}: not a version 4 OpenPGP key", origin);
  }
  std::string hashed("\x99");
  hashed += static_cast<char>(key_packet.size() >> 8);
  hashed += static_cast<char>(key_packet.size() & 255);
  hashed += key_packet;
  return *Fingerprint::from(to_hex(openpgp_v4_sha1(bytes_of(hashed))));
}

}  // namespace

std::vector<Fingerprint> certificate_fingerprints(std::string_view bytes, std::string_view origin) {
  std::vector<Fingerprint> found;
  const auto collect = [&](std::string_view packets) {
    while (!packets.empty()) {
      const auto packet = next_packet(packets);
      if (!packet) throw usage_error("{}: not an OpenPGP certificate", origin);
      if (packet->tag == public_key_tag) found.push_back(fingerprint_of(packet->body, origin));
    }
  };
  if (bytes.find(armor_begin) == std::string_view::npos) {
    collect(bytes);
  }
  while (bytes.find(armor_begin) != std::string_view::npos) {
    const auto packets = dearmor(bytes);
    if (!packets) throw usage_error("{}: broken ASCII armor", origin);
    collect(*packets);
  }
  if (found.empty()) throw usage_error("{}: holds no OpenPGP certificate", origin);
  return found;
}

}  // namespace compose
