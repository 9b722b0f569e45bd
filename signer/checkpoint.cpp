#include "signer/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "signer/base64.hpp"
#include "signer/byte_sink.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::string_view signature_mark = "\xe2\x80\x94 ";  // em dash, space
constexpr std::string_view identifier = "urn:compose:openpgp:v1";
constexpr std::size_t most_note_bytes = 64 * 1024;
constexpr std::size_t most_signature_lines = 64;
constexpr std::size_t key_id_bytes = 4;

std::string raw_fingerprint(const Fingerprint& fingerprint) {
  std::string raw;
  for (std::size_t i = 0; i + 1 < fingerprint.hex().size(); i += 2) {
    unsigned value = 0;
    const char* digits = fingerprint.hex().data() + i;
    std::from_chars(digits, digits + 2, value, 16);
    raw.push_back(static_cast<char>(value));
  }
  return raw;
}

// signed-note's key id: the first bytes of SHA-256(name ‖ LF ‖ type ‖ public key), where the
// type is 0xff with our identifier and the "public key" is the primary key's fingerprint.
std::string key_id(const Fingerprint& primary) {
  Sha256Hasher hasher;
  hasher.update(primary.hex());
  hasher.update(std::string_view("\n\xff"));
  hasher.update(identifier);
  hasher.update(raw_fingerprint(primary));
  const Sha256 hash = hasher.finish();
  return std::string(text_of(hash.bytes).substr(0, key_id_bytes));
}

// The bytes of base64 in its one standard spelling.
std::string decode_base64(std::string_view text, std::string_view what) {
  auto bytes = from_base64(text);
  if (!bytes || to_base64(*bytes) != text) throw verdict_error("{} is not base64", what);
  return *std::move(bytes);
}

std::string_view take_line(std::string_view& rest, std::string_view what) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) throw verdict_error("the {} line is missing or has no end", what);
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

std::string decode_origin(std::string_view line) {
  const auto plain = [](char c) { return c > ' ' && c < '\x7f'; };
  if (line.empty() || line.size() > 256 || !std::all_of(line.begin(), line.end(), plain)) {
    throw verdict_error("the origin is not plain text");
  }
  return std::string(line);
}

std::uint64_t decode_size(std::string_view line) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size);
  if (error != std::errc() || end != line.data() + line.size() || std::to_string(size) != line) {
    throw verdict_error("the size is not a number");
  }
  return size;
}

Sha256 decode_root(std::string_view line) {
  const std::string bytes = decode_base64(line, "the root");
  Sha256 root;
  if (bytes.size() != root.bytes.size()) throw verdict_error("the root is not 32 bytes");
  std::copy_n(bytes_of(bytes).begin(), root.bytes.size(), root.bytes.begin());
  return root;
}

// A signature line: ours, or nothing when it is of a signer or a type that is not known here.
std::optional<CheckpointSignature> decode_signature(std::string_view line) {
  if (!line.starts_with(signature_mark)) throw verdict_error("a signature line has no dash");
  line.remove_prefix(signature_mark.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || space == 0) throw verdict_error("a signature line has no name");
  const std::string_view name = line.substr(0, space);
  const std::string blob = decode_base64(line.substr(space + 1), "a signature");
  if (blob.size() <= key_id_bytes) throw verdict_error("a signature is too short");
  const auto primary = Fingerprint::from(name);
  if (!primary || primary->hex() != name || !blob.starts_with(key_id(*primary))) return std::nullopt;
  return CheckpointSignature{std::string(name), blob.substr(key_id_bytes)};
}

std::vector<CheckpointSignature> decode_signatures(std::string_view rest) {
  std::vector<CheckpointSignature> signatures;
  std::size_t lines = 0;
  while (!rest.empty()) {
    if (++lines > most_signature_lines) throw verdict_error("more than {} signatures", most_signature_lines);
    if (auto signature = decode_signature(take_line(rest, "signature"))) {
      signatures.push_back(*std::move(signature));
    }
  }
  if (lines == 0) throw verdict_error("there is no signature");
  return signatures;
}

SignedCheckpoint decode_note(std::string_view note) {
  if (note.size() > most_note_bytes) throw verdict_error("larger than {} bytes", most_note_bytes);
  SignedCheckpoint decoded;
  std::string_view rest = note;
  decoded.checkpoint.origin = decode_origin(take_line(rest, "origin"));
  decoded.checkpoint.size = decode_size(take_line(rest, "size"));
  decoded.checkpoint.root = decode_root(take_line(rest, "root"));
  decoded.text = note.substr(0, note.size() - rest.size());
  if (!take_line(rest, "blank").empty()) throw verdict_error("extension lines are not allowed");
  decoded.signatures = decode_signatures(rest);
  decoded.note = note;
  return decoded;
}

}  // namespace

std::string checkpoint_origin(const EntryId& custody) { return "compose.custody/" + custody.hex(); }

SignedCheckpoint sign_checkpoint(const Checkpoint& checkpoint, const Signer& signer) {
  SignedCheckpoint made;
  made.checkpoint = checkpoint;
  made.text = fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size,
                          to_base64(text_of(checkpoint.root.bytes)));
  const Fingerprint& primary = signer.primary();
  made.signatures.push_back({primary.hex(), signer.sign(made.text)});
  made.note = fmt::format("{}\n{}{} {}\n", made.text, signature_mark, primary.hex(),
                          to_base64(key_id(primary) + made.signatures.front().signature));
  return made;
}

SignedCheckpoint decode_checkpoint(std::string_view note) {
  return with_context([&] { return decode_note(note); }, "checkpoint");
}

}  // namespace compose
