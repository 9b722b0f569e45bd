#include "signer/custody_log.hpp"

#include <algorithm>
#include <future>
#include <memory>
#include <span>
#include <thread>
#include <unordered_set>

#include "signer/byte_sink.hpp"
#include "signer/error.hpp"
#include "signer/log_folder.hpp"
#include "signer/merkle.hpp"
#include "signer/printable.hpp"
#include "signer/tile_path.hpp"

namespace compose {

namespace {

constexpr const char* checkpoint_name = "checkpoint";
constexpr std::size_t most_checkpoint_bytes = 64 * 1024;
constexpr std::uint64_t most_log_entries = 1u << 20;
constexpr std::size_t most_log_bytes = 1u << 30;
constexpr std::size_t most_bundle_bytes = tile_width * (most_entry_bytes + 2);
constexpr std::size_t hash_bytes = sizeof(Sha256::bytes);
constexpr const char* replaced_checkpoints = "checkpoints";
constexpr std::size_t most_names = 1024;
constexpr int most_read_attempts = 10;

std::string need(const LogFolder& folder, const std::string& path, std::size_t most) {
  auto bytes = folder.read(path, most);
  if (!bytes) throw verdict_error("{} is missing", path);
  return *std::move(bytes);
}

// tlog-tiles, "Log Entries": each entry behind its length, two bytes, the high one first.
std::string encode_bundle(std::span<const CustodyEntry> entries) {
  std::string bytes;
  for (const CustodyEntry& entry : entries) {
    bytes.push_back(static_cast<char>(entry.line.size() >> 8 & 0xff));
    bytes.push_back(static_cast<char>(entry.line.size() & 0xff));
    bytes += entry.line;
  }
  return bytes;
}

void decode_bundle(std::string_view bytes, std::uint64_t count, std::vector<std::string>& lines) {
  for (; count != 0; --count) {
    if (bytes.size() < 2) throw verdict_error("truncated");
    const std::size_t size =
        static_cast<unsigned char>(bytes[0]) * 256u + static_cast<unsigned char>(bytes[1]);
    if (size > bytes.size() - 2) throw verdict_error("truncated");
    if (size > most_entry_bytes) throw verdict_error("an entry is larger than {} bytes", most_entry_bytes);
    lines.emplace_back(bytes.substr(2, size));
    bytes.remove_prefix(2 + size);
  }
  if (!bytes.empty()) throw verdict_error("{} bytes too many", bytes.size());
}

std::vector<std::string> read_lines(const LogFolder& folder, std::uint64_t size) {
  std::vector<std::string> lines;
  std::size_t total = 0;
  for (const TileSpan& span : new_spans(0, size)) {
    const std::string path = entries_path(span);
    const std::string bytes = need(folder, path, most_bundle_bytes);
    total += bytes.size();
    if (total > most_log_bytes) throw verdict_error("the entries are larger than {} bytes", most_log_bytes);
    with_context([&] { decode_bundle(bytes, span.width, lines); }, "{}", path);
  }
  return lines;
}

std::vector<CustodyEntry> decode_run(std::span<const std::string> lines, std::size_t first) {
  std::vector<CustodyEntry> entries;
  entries.reserve(lines.size());
  for (const std::string& line : lines) {
    with_context([&] { entries.push_back(decode_entry(line)); }, "entry {}", first + entries.size());
  }
  return entries;
}

// Large logs are decoded on all cores.
std::vector<CustodyEntry> decode_all(std::span<const std::string> lines) {
  constexpr std::size_t worth_a_thread = 1000;
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::size_t run = std::max(worth_a_thread, lines.size() / cores + 1);
  std::vector<std::future<std::vector<CustodyEntry>>> runs;
  for (std::size_t first = run; first < lines.size(); first += run) {
    const auto part = lines.subspan(first, std::min(run, lines.size() - first));
    runs.push_back(std::async(std::launch::async, [part, first] { return decode_run(part, first); }));
  }
  std::vector<CustodyEntry> entries = decode_run(lines.first(std::min(run, lines.size())), 0);
  for (auto& each : runs) {
    std::vector<CustodyEntry> decoded = each.get();
    std::move(decoded.begin(), decoded.end(), std::back_inserter(entries));
  }
  return entries;
}

std::vector<Sha256> leaves_of(std::span<const std::string> lines) {
  std::vector<Sha256> leaves;
  leaves.reserve(lines.size());
  for (const std::string& line : lines) leaves.push_back(leaf_hash(line));
  return leaves;
}

std::string encode_tile(std::span<const Sha256> hashes, const TileSpan& span) {
  std::string bytes;
  for (const Sha256& hash : hashes.subspan(span.number * tile_width, span.width))
    bytes += text_of(hash.bytes);
  return bytes;
}

// The stored hashes of every level are what the entries say.
void check_tiles(const LogFolder& folder, const MerkleTree& tree) {
  for (unsigned level = 0; level_size(tree.size(), level) != 0; ++level) {
    for (const TileSpan& span : new_spans(0, level_size(tree.size(), level))) {
      const std::string path = tile_path(level, span);
      const std::string stored = need(folder, path, tile_width * hash_bytes);
      if (stored != encode_tile(tree.level(8 * level), span)) {
        throw verdict_error("{} does not agree with the entries", path);
      }
    }
  }
}

// Without a checkpoint nothing was ever published. Other people's files are left alone.
void check_unused(const LogFolder& folder) {
  for (const std::string& name : folder.names(".", most_names)) {
    if (name != "tile" && !name.starts_with('.')) {
      throw usage_error("not a custody log: it has no checkpoint, but '{}'", printable(name));
    }
  }
}

// The name under which a checkpoint is kept when another replaces it.
std::string replaced_name(const CheckpointSignature& signature) {
  return fmt::format("{}/{}", replaced_checkpoints, signature.name);
}

std::vector<SignedCheckpoint> read_replaced(const LogFolder& folder, const MerkleTree& tree,
                                            const std::string& origin) {
  std::vector<SignedCheckpoint> replaced;
  for (const std::string& name : folder.names(replaced_checkpoints, most_names)) {
    const std::string path = fmt::format("{}/{}", replaced_checkpoints, printable(name));
    if (!Fingerprint::from(name)) throw verdict_error("{} has no place in a log", path);
    SignedCheckpoint kept = decode_checkpoint(need(folder, path, most_checkpoint_bytes));
    const Checkpoint& old = kept.checkpoint;
    if (old.origin != origin || old.size > tree.size() || tree.root_at(old.size) != old.root) {
      throw verdict_error("{} does not agree with the entries", path);
    }
    replaced.push_back(std::move(kept));
  }
  std::stable_sort(replaced.begin(), replaced.end(),
                   [](const auto& a, const auto& b) { return a.checkpoint.size < b.checkpoint.size; });
  return replaced;
}

// The rules for a new end of a log (CUSTODY.md, "Log"), apart from "no id twice".
void check_next(const CustodyEntry& entry, const std::optional<EntryId>& custody,
                const std::unordered_set<EntryId>& earlier) {
  const bool genesis = std::holds_alternative<GenesisClaim>(entry.statement.claim);
  if (genesis == custody.has_value()) throw verdict_error("a genesis entry, and only it, begins a log");
  if (!genesis && entry.statement.header.custody != custody) {
    throw verdict_error("entry {} belongs to another log", entry.id);
  }
  for (const EntryId& parent : entry.statement.header.parents) {
    if (!earlier.contains(parent))
      throw verdict_error("entry {} comes before its parent {}", entry.id, parent);
  }
}

void check_entries(const CustodyLog& log) {
  std::unordered_set<EntryId> earlier;
  for (const CustodyEntry& entry : log.entries) {
    check_next(entry, earlier.empty() ? std::nullopt : log.custody(), earlier);
    if (!earlier.insert(entry.id).second) throw verdict_error("entry {} is there twice", entry.id);
  }
}

CustodyLog read_entries(const LogFolder& folder, SignedCheckpoint signed_checkpoint) {
  const Checkpoint& checkpoint = signed_checkpoint.checkpoint;
  if (checkpoint.size == 0 || checkpoint.size > most_log_entries) {
    throw verdict_error("the checkpoint says {} entries; 1 to {} are possible", checkpoint.size,
                        most_log_entries);
  }
  const std::vector<std::string> lines = read_lines(folder, checkpoint.size);
  CustodyLog log;
  log.leaves = leaves_of(lines);
  const MerkleTree tree(log.leaves);
  check_tiles(folder, tree);
  if (tree.root_at(tree.size()) != checkpoint.root)
    throw verdict_error("the entries do not give the checkpoint's root");
  log.entries = decode_all(lines);
  check_entries(log);
  if (checkpoint.origin != checkpoint_origin(*log.custody()))
    throw verdict_error("the checkpoint is of another log");
  log.signed_checkpoints = read_replaced(folder, tree, checkpoint.origin);
  log.checkpoint = std::move(signed_checkpoint);
  return log;
}

// A writer may publish and tidy up while we read; then the checkpoint is another one, and we
// begin again.
CustodyLog read_folder(const LogFolder& folder) {
  for (int attempt = 1;; ++attempt) {
    const auto note = folder.read(checkpoint_name, most_checkpoint_bytes);
    if (!note) {
      check_unused(folder);
      return {};
    }
    try {
      return read_entries(folder, decode_checkpoint(*note));
    } catch (const Error&) {
      if (attempt == most_read_attempts || folder.read(checkpoint_name, most_checkpoint_bytes) == note) throw;
    }
  }
}

}  // namespace

std::optional<EntryId> CustodyLog::custody() const {
  if (entries.empty()) return std::nullopt;
  return entries.front().id;
}

CustodyLog read_log(const std::filesystem::path& folder) {
  return with_context(
      [&] {
        const auto opened = LogFolder::open(folder);
        return opened ? read_folder(*opened) : CustodyLog{};
      },
      "log {}", printable(folder.string()));
}

struct LogAppend::State {
  explicit State(const std::filesystem::path& path)
      : folder(LogFolder::open_locked(path)), name(path.string()) {
    log = read_folder(folder);
    stored = log.entries.size();
    for (const CustodyEntry& entry : log.entries) ids.insert(entry.id);
  }

  LogFolder folder;
  std::string name;
  CustodyLog log;
  std::uint64_t stored = 0;  // entries that were committed
  std::unordered_set<EntryId> ids;

  void check(const CustodyEntry& entry) const;
  void stage(const MerkleTree& tree);
  void keep_checkpoint();
  void tidy();
};

// What read_log would refuse, or could not tell apart, is not let in.
void LogAppend::State::check(const CustodyEntry& entry) const {
  check_next(entry, log.custody(), ids);
  if (entry.line.size() > most_entry_bytes) throw verdict_error("entry {} is too large", entry.id);
  if (entry.line.find('\n') != std::string::npos) throw verdict_error("entry {} is not one line", entry.id);
  if (log.entries.size() == most_log_entries) throw verdict_error("the log is full");
}

// Partial tiles have new names and full ones did not exist: what readers of the old checkpoint
// read is not touched. Left-overs of a crash have no reader and are replaced.
void LogAppend::State::stage(const MerkleTree& tree) {
  for (const TileSpan& span : new_spans(stored, tree.size())) {
    const std::span<const CustodyEntry> entries(log.entries);
    folder.write(entries_path(span), encode_bundle(entries.subspan(span.number * tile_width, span.width)));
  }
  for (unsigned level = 0; level_size(tree.size(), level) != 0; ++level) {
    for (const TileSpan& span : new_spans(level_size(stored, level), level_size(tree.size(), level))) {
      folder.write(tile_path(level, span), encode_tile(tree.level(8 * level), span));
    }
  }
}

// The checkpoint that is about to be replaced. It is published already, so it may be kept
// before or after the new one is.
void LogAppend::State::keep_checkpoint() {
  if (!log.checkpoint || log.checkpoint->signatures.empty()) return;
  const CheckpointSignature& signature = log.checkpoint->signatures.front();
  folder.write(replaced_name(signature), log.checkpoint->note);
  std::erase_if(log.signed_checkpoints, [&](const SignedCheckpoint& kept) {
    return !kept.signatures.empty() && kept.signatures.front().name == signature.name;
  });
  log.signed_checkpoints.push_back(*log.checkpoint);
}

// Partial tiles that a wider one replaces, as tlog-tiles allows: else the folder would grow
// with the square of its entries.
void LogAppend::State::tidy() {
  const std::uint64_t size = log.entries.size();
  for (unsigned level = 0; level_size(stored, level) != 0; ++level) {
    const std::uint64_t before = level_size(stored, level);
    const TileSpan span{before / tile_width, before % tile_width};
    if (span.width == 0 || level_size(size, level) == before) continue;
    folder.discard(tile_path(level, span));
    if (level == 0) folder.discard(entries_path(span));
  }
}

LogAppend::LogAppend(const std::filesystem::path& folder)
    : state_(with_context([&] { return std::make_unique<State>(folder); }, "log {}",
                          printable(folder.string()))) {}

LogAppend::~LogAppend() = default;

const CustodyLog& LogAppend::log() const { return state_->log; }

void LogAppend::add(CustodyEntry entry) {
  if (state_->ids.contains(entry.id)) return;
  with_context([&] { state_->check(entry); }, "log {}", printable(state_->name));
  state_->ids.insert(entry.id);
  state_->log.leaves.push_back(leaf_hash(entry.line));
  state_->log.entries.push_back(std::move(entry));
}

void LogAppend::commit(const Signer& signer) {
  State& state = *state_;
  if (state.log.entries.size() == state.stored) return;
  const MerkleTree tree(state.log.leaves);
  const Checkpoint checkpoint{checkpoint_origin(*state.log.custody()), tree.size(),
                              tree.root_at(tree.size())};
  with_context(
      [&] {
        SignedCheckpoint made = sign_checkpoint(checkpoint, signer);
        try {
          state.stage(tree);
          state.keep_checkpoint();
          state.folder.sync();
          state.folder.publish(checkpoint_name, made.note);
        } catch (...) {
          state.folder.roll_back();
          throw;
        }
        state.log.checkpoint = std::move(made);
        state.tidy();
        state.stored = state.log.entries.size();
      },
      "log {}", printable(state.name));
}

}  // namespace compose
