#include "composer/layer/tar_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "composer/layer/entry_rules.hpp"
#include "composer/layer/layer_names.hpp"
#include "composer/layer/tar_entry.hpp"
#include "composer/layer/tar_faults.hpp"
#include "composer/layer/tar_format.hpp"
#include "composer/layer/tar_header.hpp"
#include "composer/layer/tar_numbers.hpp"

namespace compose {

namespace {

bool all_zero(std::span<const std::byte> bytes) {
  std::byte any{0};
  for (const std::byte byte : bytes) any |= byte;
  return any == std::byte{0};
}

bool is_extension(char type) {
  return type == tar_type::pax || type == tar_type::global_pax || type == tar_type::gnu_long_name ||
         type == tar_type::gnu_long_link;
}

// POSIX sums bytes as unsigned; some old programs summed them as signed.
bool checksum_holds(const TarBlock& block) {
  const auto stated = parse_tar_number(block.checksum);
  const TarChecksum sum = tar_checksum(block);
  return stated && (*stated == sum.plain ||
                    (sum.signed_bytes >= 0 && *stated == static_cast<std::uint64_t>(sum.signed_bytes)));
}

}  // namespace

struct TarReader::State {
  enum class Phase { header, extension, body, padding, end, done, broken };

  State(TarDialect the_dialect, OnEntry the_on_entry, OnContent the_on_content, TarLimits the_limits)
      : dialect(the_dialect),
        on_entry(std::move(the_on_entry)),
        on_content(std::move(the_on_content)),
        limits(the_limits),
        names(the_dialect, 2 * the_limits.entries) {}

  void feed(std::span<const std::byte> bytes);
  void finish();

  void take_header(std::span<const std::byte> bytes);
  void take_extension(std::span<const std::byte> bytes);
  void take_body(std::span<const std::byte> bytes);
  void take_padding(std::span<const std::byte> bytes);
  void take_end(std::span<const std::byte> bytes);

  void begin_block();
  void zero_block();
  void begin_extension();
  void end_global();
  void end_extension();
  void begin_entry();
  void check_strict(const TreeEntry& entry);
  void follow_with(Phase phase, std::uint64_t size);
  void break_off(std::string_view code, std::string message);

  TarDialect dialect;
  OnEntry on_entry;
  OnContent on_content;
  TarLimits limits;
  TarFaults faults;
  LayerNames names;

  Phase phase = Phase::header;
  std::uint64_t offset = 0;  // of the next byte in the stream
  TarBlock block{};
  std::size_t filled = 0;       // bytes of `block`
  std::uint64_t remaining = 0;  // bytes of the body or extension
  std::uint64_t padding = 0;    // bytes after it
  unsigned zero_blocks = 0;
  std::size_t entries = 0;

  // The entry whose headers are being read, or whose body follows.
  TarExtensions extensions;
  char extension_type = 0;
  bool keep_extension = false;
  std::string extension;
  std::string spelling;           // strict: its header blocks as they stand
  std::size_t faults_before = 0;  // when its first header came
  bool between_entries = true;
  bool deliver_body = false;
};

void TarReader::State::break_off(std::string_view code, std::string message) {
  faults.add(code, std::move(message));
  faults.add("tar-broken", fmt::format("nothing from byte {} on can be read", offset));
  phase = Phase::broken;
}

void TarReader::State::follow_with(Phase next, std::uint64_t size) {
  remaining = size;
  padding = tar_padding(size);
  phase = size == 0 ? Phase::header : next;
}

void TarReader::State::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty() && phase != Phase::done && phase != Phase::broken) {
    std::uint64_t wanted = bytes.size();
    if (phase == Phase::header) wanted = sizeof block - filled;
    if (phase == Phase::extension || phase == Phase::body) wanted = remaining;
    if (phase == Phase::padding) wanted = padding;
    const auto piece = bytes.first(std::min<std::uint64_t>(wanted, bytes.size()));
    bytes = bytes.subspan(piece.size());
    offset += piece.size();
    switch (phase) {
      case Phase::header:
        take_header(piece);
        break;
      case Phase::extension:
        take_extension(piece);
        break;
      case Phase::body:
        take_body(piece);
        break;
      case Phase::padding:
        take_padding(piece);
        break;
      case Phase::end:
        take_end(piece);
        break;
      case Phase::done:
      case Phase::broken:
        break;
    }
  }
}

void TarReader::State::take_header(std::span<const std::byte> bytes) {
  std::memcpy(reinterpret_cast<char*>(&block) + filled, bytes.data(), bytes.size());
  filled += bytes.size();
  if (filled < sizeof block) return;
  filled = 0;
  begin_block();
}

void TarReader::State::take_extension(std::span<const std::byte> bytes) {
  if (keep_extension) extension += text_of(bytes);
  remaining -= bytes.size();
  if (remaining > 0) return;
  phase = padding > 0 ? Phase::padding : Phase::header;
  if (keep_extension) end_extension();
}

void TarReader::State::take_body(std::span<const std::byte> bytes) {
  if (deliver_body && on_content) on_content(bytes);
  remaining -= bytes.size();
  if (remaining == 0) phase = padding > 0 ? Phase::padding : Phase::header;
}

void TarReader::State::take_padding(std::span<const std::byte> bytes) {
  if (dialect == TarDialect::strict && !all_zero(bytes)) {
    faults.add("tar-spelling", fmt::format("padding before byte {} that is not zero", offset));
  }
  padding -= bytes.size();
  if (padding == 0) phase = Phase::header;
}

void TarReader::State::take_end(std::span<const std::byte> bytes) {
  // Other writers fill up their last record with zeros.
  if (dialect == TarDialect::oci && all_zero(bytes)) return;
  faults.add("tar-trailing", "bytes after the end marker");
  phase = Phase::done;  // one word about it is enough
}

void TarReader::State::begin_block() {
  if (all_zero(std::as_bytes(std::span(&block, 1)))) return zero_block();
  if (zero_blocks > 0) return break_off("tar-end", "a lone zero block, and more after it");
  if (!checksum_holds(block)) return break_off("tar-checksum", "a header with a wrong checksum");
  if (between_entries) faults_before = faults.count();
  between_entries = false;
  if (is_extension(block.type)) return begin_extension();
  begin_entry();
  if (phase == Phase::broken) return;
  between_entries = true;
  extensions = {};
  spelling.clear();
}

void TarReader::State::zero_block() {
  if (!between_entries && zero_blocks == 0) {
    faults.add("tar-pax", "an extension header at the end, without an entry");
  }
  if (++zero_blocks == 2) phase = Phase::end;
}

void TarReader::State::begin_extension() {
  extension_type = block.type;
  const auto size = parse_tar_number(block.size);
  if (!size || *size > largest_file) {
    return break_off("tar-number", "an extension header without a good size");
  }
  const bool pax = extension_type == tar_type::pax;
  const bool second = (pax && extensions.pax_seen) ||
                      (extension_type == tar_type::gnu_long_name && extensions.long_name) ||
                      (extension_type == tar_type::gnu_long_link && extensions.long_link);
  keep_extension = false;
  const bool global = extension_type == tar_type::global_pax;
  if (global && (dialect == TarDialect::strict || *size > limits.header_bytes)) {
    faults.add("tar-global", fmt::format("a global PAX header before byte {}", offset));
  } else if (second) {
    faults.add("tar-pax", fmt::format("two headers of one kind for one entry before byte {}", offset));
  } else if (*size > limits.header_bytes) {
    faults.add("tar-header-size", fmt::format("a header of {} bytes before byte {}", *size, offset));
  } else if (*size == 0) {
    faults.add("tar-pax", fmt::format("an empty extension header before byte {}", offset));
  } else {
    keep_extension = true;
    if (dialect == TarDialect::strict) spelling.append(reinterpret_cast<const char*>(&block), sizeof block);
  }
  extension.clear();
  follow_with(Phase::extension, *size);
}

// `git archive` says there which commit it was, as a comment; all else would change entries
// behind the back of their own headers.
void TarReader::State::end_global() {
  PaxRecords records;
  const auto wrong = parse_pax_records(extension, records);
  const bool comment_only = records.size() == 1 && records.begin()->first == "comment";
  if (wrong || !comment_only)
    faults.add("tar-global", fmt::format("a global PAX header before byte {}", offset));
}

void TarReader::State::end_extension() {
  if (extension_type == tar_type::global_pax) return end_global();
  if (dialect == TarDialect::strict) spelling.append(extension).append(padding, '\0');
  if (extension_type == tar_type::pax) {
    extensions.pax_seen = true;
    if (const auto wrong = parse_pax_records(extension, extensions.pax)) {
      faults.add("tar-pax", fmt::format("PAX header before byte {}: {}", offset, *wrong));
    }
    return;
  }
  // GNU: the name and a NUL behind it.
  const std::size_t end = std::min(extension.find('\0'), extension.size());
  if (extension.find_first_not_of('\0', end) != std::string::npos) {
    faults.add("tar-path", fmt::format("a NUL in the long name before byte {}", offset));
  }
  extension.resize(end);
  (extension_type == tar_type::gnu_long_name ? extensions.long_name : extensions.long_link) = extension;
}

// What only the strict dialect refuses: any spelling but the writer's.
void TarReader::State::check_strict(const TreeEntry& entry) {
  for (const auto& [name, value] : entry.attributes.xattrs) {
    if (is_overlay_xattr(name)) {
      faults.add_entry("tar-xattr", entry.path,
                       fmt::format("the extended attribute '{}' belongs to overlayfs", shown_name(name)));
    }
  }
  spelling.append(reinterpret_cast<const char*>(&block), sizeof block);
  std::string expected;
  append_tar_header(expected, entry);
  if (spelling != expected) {
    faults.add_entry("tar-spelling", entry.path, "its header is spelled in another way than compose does");
  }
}

void TarReader::State::begin_entry() {
  if (++entries > limits.entries) {
    return break_off("tar-entries", fmt::format("more than {} entries", limits.entries));
  }
  DecodedEntry decoded = decode_tar_entry(block, extensions, faults);
  TreeEntry& entry = decoded.entry;
  const bool sound = faults.count() == faults_before;
  if (sound && dialect == TarDialect::strict) check_strict(entry);
  // A directory with a fault of its own still is the parent of what comes below it.
  const bool stays_parent = entry.type == EntryType::directory && !path_breach(entry.path);
  if (sound || stays_parent) names.admit(entry, faults);
  if (names.full()) return break_off("tar-entries", "more names than a layer may have");
  if (!decoded.sized) {
    return break_off("tar-size", fmt::format("entry '{}': nobody knows where its body ends",
                                             shown_name(raw_name(block, extensions))));
  }
  const bool good = faults.count() == faults_before;
  entry.content = offset;
  if (good && on_entry) on_entry(entry);
  deliver_body = good && entry.type == EntryType::file;
  follow_with(Phase::body, decoded.body);
}

void TarReader::State::finish() {
  if (phase == Phase::end || phase == Phase::done || phase == Phase::broken) return;
  if (phase == Phase::header && filled == 0) {
    faults.add("tar-end",
               zero_blocks == 0 ? "the end marker is missing" : "half of the end marker is missing");
    phase = Phase::done;
    return;
  }
  break_off("tar-truncated", fmt::format("the stream ends in the middle of {}",
                                         phase == Phase::header ? "a header" : "a body"));
}

TarReader::TarReader(TarDialect dialect, OnEntry on_entry, OnContent on_content, TarLimits limits)
    : state_(std::make_unique<State>(dialect, std::move(on_entry), std::move(on_content), limits)) {}
TarReader::~TarReader() = default;
TarReader::TarReader(TarReader&&) noexcept = default;

void TarReader::feed(std::span<const std::byte> bytes) { state_->feed(bytes); }
void TarReader::finish() { state_->finish(); }
const Findings& TarReader::faults() const { return state_->faults.list(); }
bool TarReader::broken() const { return state_->phase == State::Phase::broken; }
bool TarReader::holds(std::string_view path) const { return state_->names.holds(path); }
bool TarReader::holds_folder(std::string_view path) const { return state_->names.holds_folder(path); }

}  // namespace compose
