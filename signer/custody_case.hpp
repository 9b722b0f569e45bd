// What the judge works on: one image, one policy, and the bundle's entries with the verdict on
// each signature. Filled step by step by verify_custody.cpp; everything in it comes from the
// very bytes that were signed or hashed.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "signer/custody_bundle.hpp"
#include "signer/finding.hpp"
#include "signer/merkle.hpp"
#include "signer/trust_policy.hpp"
#include "signer/trusted_keys.hpp"
#include "signer/verify_custody.hpp"

namespace compose {

struct JudgedEntry {
  CustodyEntry entry;                  // decoded again from its line
  std::optional<std::uint64_t> index;  // where the log's leaves hold it
  JudgedSignature signature;
  [[nodiscard]] const CustodyHeader& header() const { return entry.statement.header; }
};

struct CustodyCase {
  CustodyCase(const ImageFacts& facts, const CustodyBundle& brought, const TrustPolicy& rules,
              const VerifyOptions& wishes)
      : image(facts),
        bundle(brought),
        policy(rules),
        options(wishes),
        keys(rules, brought.certificates, wishes.now),
        tree(brought.leaves) {
    for (const std::string& file : brought.evidence) evidence.insert(sha256(file));
  }

  const ImageFacts& image;
  const CustodyBundle& bundle;
  const TrustPolicy& policy;
  const VerifyOptions& options;
  TrustedKeys keys;
  MerkleTree tree;            // of the bundle's leaves
  std::set<Sha256> evidence;  // digests of the files that came along

  std::vector<JudgedEntry> entries;  // one for each id
  std::unordered_map<EntryId, std::size_t> by_id;
  std::unordered_map<EntryId, std::vector<std::size_t>> stamps;  // countersignatures by target
  std::unordered_set<EntryId> repeated;                          // ids that the bundle holds more than once
  std::unordered_set<EntryId> used;                              // entries that some rule asked for
  std::optional<EntryId> custody;                                // the genesis entry's id
  std::uint64_t covered = 0;                                     // leaves under a checkpoint that counts
  CustodyReport report;

  [[nodiscard]] const JudgedEntry* find(const EntryId& id) const;
  [[nodiscard]] bool in_team(const std::string& principal, const std::string& team) const;
  // Under a checkpoint that counts.
  [[nodiscard]] bool is_covered(const JudgedEntry& judged) const {
    return judged.index && *judged.index < covered;
  }

  void find_fault(std::string code, std::string where, std::string message, std::string hint = {});
  void notice(std::string code, std::string where, std::string message, std::string hint = {});
};

// "entry 3 (layer, stage 'base')", for `where`.
[[nodiscard]] std::string entry_place(const JudgedEntry& judged);

// The stable code of a signature's fault; `subject` is "entry" or "checkpoint".
[[nodiscard]] std::string fault_code(SignatureFault fault, std::string_view subject);

// Why an entry does not speak for `team`: its signature, the names inside, the team (with
// `team_code`), and parents that are not there. Empty: it does.
[[nodiscard]] Findings entry_faults(const CustodyCase& custody_case, const JudgedEntry& judged,
                                    const std::string& team, std::string_view team_code = "signer-team");
// The same, and it must be under a checkpoint that counts.
[[nodiscard]] Findings logged_entry_faults(const CustodyCase& custody_case, const JudgedEntry& judged,
                                           const std::string& team,
                                           std::string_view team_code = "signer-team");

[[nodiscard]] SignatureRow signature_row(const JudgedEntry& judged, const Findings& faults);

}  // namespace compose
