// What travels with an image (CUSTODY.md, "Bundle"): the entries that concern it, the leaf
// hashes of the whole log (which prove inclusion, and consistency with any earlier size), the
// checkpoints, certificates, tests and evidence. Kept in an OCI artifact by the composer; here
// are the blobs' bytes alone.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signer/checkpoint.hpp"
#include "signer/custody_entry.hpp"

namespace compose {

inline constexpr std::string_view custody_artifact_type = "application/vnd.compose.custody.v1";
inline constexpr std::string_view entries_media_type = "application/vnd.compose.custody.entries.v1+jsonl";
inline constexpr std::string_view leaves_media_type = "application/vnd.compose.custody.leaves.v1";
inline constexpr std::string_view checkpoint_media_type = "application/vnd.compose.custody.checkpoint.v1";
inline constexpr std::string_view certificate_media_type = "application/pgp-keys";
inline constexpr std::string_view evidence_media_type = "application/vnd.compose.evidence.v1";

struct BundledEntry {
  std::optional<std::uint64_t> index;  // in the log; absent: signed, but not in the log yet
  CustodyEntry entry;
};

struct CustodyBundle {
  std::vector<BundledEntry> entries;          // log order, then those without an index
  std::vector<Sha256> leaves;                 // of the whole log at `checkpoints.back()`
  std::vector<SignedCheckpoint> checkpoints;  // sizes not decreasing; the last covers all leaves
  std::vector<std::string> certificates;      // armored
  std::optional<std::string> tests;           // the tests-and-mounts blob
  std::vector<std::string> evidence;          // files attached to countersignatures
};

// One line for each entry: {"entry":{envelope},"index":N}.
[[nodiscard]] std::string encode_entries(const std::vector<BundledEntry>& entries);
[[nodiscard]] std::vector<BundledEntry> decode_entries(std::string_view bytes);
[[nodiscard]] std::string encode_leaves(const std::vector<Sha256>& leaves);  // 32 bytes each
[[nodiscard]] std::vector<Sha256> decode_leaves(std::string_view bytes);

}  // namespace compose
