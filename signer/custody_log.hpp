// The custody log in a folder: C2SP tlog-tiles layout (checkpoint, tile/0/…, tile/entries/…),
// and beside it checkpoints/<primary fingerprint>, the checkpoints that were replaced.
//
// One writer at a time (flock); readers need no lock. An append is atomic and durable: the
// new checkpoint, renamed last, makes the new entries visible; a crash before leaves the log
// as it was.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "signer/checkpoint.hpp"
#include "signer/custody_entry.hpp"

namespace compose {

struct CustodyLog {
  std::vector<CustodyEntry> entries;           // in order
  std::vector<Sha256> leaves;                  // leaf hashes, same order
  std::optional<SignedCheckpoint> checkpoint;  // absent: an empty log
  // Earlier ones, the newest of each signer, sizes not decreasing: a policy may count only some
  // signers' checkpoints, and the newest need not be theirs.
  std::vector<SignedCheckpoint> signed_checkpoints;
  [[nodiscard]] std::optional<EntryId> custody() const;  // the genesis entry's id
};

// The log in a folder; an absent or empty folder is an empty log. Checks that tiles, entries
// and the checkpoint's root agree (not signatures). Throws verdict Errors "log DIR: …".
[[nodiscard]] CustodyLog read_log(const std::filesystem::path& folder);

// An open transaction: the lock is held, nothing changes on disk before commit.
class LogAppend {
 public:
  explicit LogAppend(const std::filesystem::path& folder);  // makes the lock, not the folder's content
  ~LogAppend();  // without commit: as if nothing had happened (a folder it made is removed)
  LogAppend(const LogAppend&) = delete;
  LogAppend& operator=(const LogAppend&) = delete;

  [[nodiscard]] const CustodyLog& log() const;  // as it would be after commit
  void add(CustodyEntry entry);                 // an entry that is there already is not added again
  // Signs the checkpoint of the new tree and writes. No-op when nothing was added.
  void commit(const Signer& signer);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
