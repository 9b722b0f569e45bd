#include "signer/custody_bundle.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include "signer/byte_sink.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// The entry's line stands inside byte for byte, because the log's leaf is made of it; so the
// wrapping is taken off as text and has one spelling.
constexpr std::string_view opening = "{\"entry\":";
constexpr std::string_view index_name = ",\"index\":";
constexpr std::string_view closing = "}";
constexpr std::size_t most_entries_bytes = 256u << 20;
constexpr std::size_t most_entries = 100'000;
constexpr std::size_t most_line_bytes = most_entry_bytes + 64;
constexpr std::size_t hash_bytes = sizeof(Sha256::bytes);

std::optional<std::uint64_t> decode_index(std::string_view digits) {
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  if (std::to_string(index) != digits) return std::nullopt;
  return index;
}

BundledEntry decode_line(std::string_view line) {
  if (line.size() > most_line_bytes) throw verdict_error("larger than {} bytes", most_line_bytes);
  if (!line.starts_with(opening) || !line.ends_with(closing)) throw verdict_error("not an entry");
  line.remove_prefix(opening.size());
  line.remove_suffix(closing.size());
  std::optional<std::uint64_t> index;
  if (const auto at = line.rfind(index_name); at != std::string_view::npos) {
    // What is no number here belongs to the envelope.
    index = decode_index(line.substr(at + index_name.size()));
    if (index) line = line.substr(0, at);
  }
  return {index, decode_entry(line)};
}

void check_order(const std::optional<std::uint64_t>& before, const std::optional<std::uint64_t>& index) {
  if (index && (!before || *before >= *index)) throw verdict_error("the entries are not in the log's order");
}

}  // namespace

std::string encode_entries(const std::vector<BundledEntry>& entries) {
  std::string bytes;
  for (const BundledEntry& bundled : entries) {
    bytes += opening;
    bytes += bundled.entry.line;
    if (bundled.index) bytes += fmt::format("{}{}", index_name, *bundled.index);
    bytes += closing;
    bytes += '\n';
  }
  return bytes;
}

std::vector<BundledEntry> decode_entries(std::string_view bytes) {
  if (bytes.size() > most_entries_bytes) {
    throw verdict_error("custody entries: larger than {} bytes", most_entries_bytes);
  }
  std::vector<BundledEntry> entries;
  while (!bytes.empty()) {
    const std::size_t number = entries.size() + 1;
    if (number > most_entries) throw verdict_error("custody entries: more than {}", most_entries);
    with_context(
        [&] {
          const auto end = bytes.find('\n');
          if (end == std::string_view::npos) throw verdict_error("no line feed at the end");
          BundledEntry decoded = decode_line(bytes.substr(0, end));
          if (!entries.empty()) check_order(entries.back().index, decoded.index);
          entries.push_back(std::move(decoded));
          bytes.remove_prefix(end + 1);
        },
        "custody entries: line {}", number);
  }
  return entries;
}

std::string encode_leaves(const std::vector<Sha256>& leaves) {
  std::string bytes;
  bytes.reserve(leaves.size() * hash_bytes);
  for (const Sha256& leaf : leaves) bytes += text_of(leaf.bytes);
  return bytes;
}

std::vector<Sha256> decode_leaves(std::string_view bytes) {
  if (bytes.size() % hash_bytes != 0)
    throw verdict_error("custody leaves: not a multiple of {} bytes", hash_bytes);
  std::vector<Sha256> leaves(bytes.size() / hash_bytes);
  for (Sha256& leaf : leaves) {
    std::copy_n(bytes_of(bytes).begin(), hash_bytes, leaf.bytes.begin());
    bytes.remove_prefix(hash_bytes);
  }
  return leaves;
}

}  // namespace compose
