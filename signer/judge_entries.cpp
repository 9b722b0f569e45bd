#include "signer/judge_entries.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_judged_entries = 4096;  // each costs a run of gpg

JudgedSignature judge_envelope(const TrustedKeys& keys, const Envelope& envelope) {
  if (envelope.signatures.size() != 1) {
    JudgedSignature judged;
    judged.fault = SignatureFault::several;
    judged.detail = fmt::format("it has {} signatures where one is due", envelope.signatures.size());
    return judged;
  }
  return keys.judge(pre_authentication_encoding(envelope.payload_type, envelope.payload),
                    envelope.signatures.front().signature);
}

// Where the log holds an entry, if it does: its leaf is made of the very line that is judged.
std::optional<std::uint64_t> place_in_log(CustodyCase& custody_case, const BundledEntry& bundled,
                                          const std::string& where) {
  if (!bundled.index) return std::nullopt;
  const std::vector<Sha256>& leaves = custody_case.bundle.leaves;
  if (*bundled.index >= leaves.size()) {
    custody_case.find_fault("entry-not-logged", where,
                            fmt::format("the log has only {} leaves", leaves.size()));
    return std::nullopt;
  }
  if (leaf_hash(bundled.entry.line) != leaves[*bundled.index]) {
    custody_case.find_fault("leaves-mismatch", where, "the log's leaf is of another entry");
    return std::nullopt;
  }
  return bundled.index;
}

void admit(CustodyCase& custody_case, const BundledEntry& bundled, std::size_t number) {
  const std::string where =
      bundled.index ? fmt::format("entry {}", *bundled.index) : fmt::format("entry line {}", number + 1);
  try {
    JudgedEntry judged{decode_entry(bundled.entry.line), std::nullopt, {}};
    const EntryId id = judged.entry.id;
    judged.index = place_in_log(custody_case, bundled, where);
    if (!custody_case.by_id.emplace(id, custody_case.entries.size()).second) {
      custody_case.repeated.insert(id);
      custody_case.notice("duplicate-entry", where, "the bundle holds it more than once; it counts once");
      return;
    }
    custody_case.entries.push_back(std::move(judged));
  } catch (const Error& error) {
    custody_case.find_fault("entry-malformed", where, error.what());
  }
}

// What the bundle does not show, but the verifier's own log knows to speak of it.
void admit_left_out(CustodyCase& custody_case) {
  if (custody_case.options.log == nullptr) return;
  const CustodyLog& log = *custody_case.options.log;
  for (std::size_t i = 0; i < log.entries.size(); ++i) {
    const auto* stamp = std::get_if<CountersignClaim>(&log.entries[i].statement.claim);
    if (stamp == nullptr || custody_case.find(stamp->target) == nullptr) continue;
    if (custody_case.find(log.entries[i].id) != nullptr) continue;
    custody_case.find_fault("entry-missing", fmt::format("entry {}", i),
                            "the log holds a countersignature that the bundle leaves out");
    custody_case.by_id.emplace(log.entries[i].id, custody_case.entries.size());
    custody_case.entries.push_back({log.entries[i], std::nullopt, {}});
  }
}

// Each signature once, on all cores: most of the time is spent waiting for gpg.
void judge_signatures(CustodyCase& custody_case) {
  std::vector<JudgedEntry>& entries = custody_case.entries;
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < entries.size(); i = next++) {
      entries[i].signature = judge_envelope(custody_case.keys, entries[i].entry.envelope);
    }
  };
  std::vector<std::future<void>> workers;
  const std::size_t wanted = std::min<std::size_t>(entries.size(), std::thread::hardware_concurrency());
  for (std::size_t i = 1; i < wanted; ++i) workers.push_back(std::async(std::launch::async, work));
  work();
  for (auto& worker : workers) worker.get();
}

void index_stamps(CustodyCase& custody_case) {
  for (std::size_t i = 0; i < custody_case.entries.size(); ++i) {
    const Claim& claim = custody_case.entries[i].entry.statement.claim;
    if (const auto* stamp = std::get_if<CountersignClaim>(&claim)) {
      custody_case.stamps[stamp->target].push_back(i);
    }
  }
}

// The custody id is the genesis entry's; entries of other logs have no place here.
void choose_custody(CustodyCase& custody_case) {
  for (const JudgedEntry& judged : custody_case.entries) {
    const bool genesis = std::holds_alternative<GenesisClaim>(judged.entry.statement.claim);
    if (genesis && !custody_case.custody) custody_case.custody = judged.entry.id;
  }
  for (const JudgedEntry& judged : custody_case.entries) {
    const bool genesis = std::holds_alternative<GenesisClaim>(judged.entry.statement.claim);
    const std::optional<EntryId> named = genesis ? judged.entry.id : judged.header().custody;
    if (custody_case.custody && named != custody_case.custody) {
      custody_case.find_fault("foreign-entry", entry_place(judged), "it belongs to another custody log");
    }
  }
}

}  // namespace

void admit_entries(CustodyCase& custody_case) {
  const std::vector<BundledEntry>& bundled = custody_case.bundle.entries;
  if (bundled.size() > most_judged_entries) {
    custody_case.find_fault("custody-unreadable", "custody bundle",
                            fmt::format("{} entries, more than {}", bundled.size(), most_judged_entries));
  }
  for (std::size_t i = 0; i < std::min(bundled.size(), most_judged_entries); ++i) {
    admit(custody_case, bundled[i], i);
  }
  admit_left_out(custody_case);
  choose_custody(custody_case);
  index_stamps(custody_case);
  judge_signatures(custody_case);
}

void judge_genesis(CustodyCase& custody_case) {
  if (!custody_case.custody) {
    custody_case.find_fault("genesis-missing", "custody log", "its first entry is not there");
    return;
  }
  const JudgedEntry& judged = *custody_case.find(*custody_case.custody);
  const std::string where = entry_place(judged);
  const std::string& team = custody_case.policy.seal_signed_by;
  custody_case.used.insert(judged.entry.id);
  for (Finding& fault : logged_entry_faults(custody_case, judged, team)) {
    custody_case.report.findings.push_back(std::move(fault));
  }
  const auto& claim = std::get<GenesisClaim>(judged.entry.statement.claim);
  if (judged.index && *judged.index != 0) {
    custody_case.find_fault("genesis-missing", where, "it is not the log's first entry");
  }
  if (claim.image != custody_case.policy.image_name) {
    custody_case.find_fault("genesis-image", where,
                            fmt::format("the log is of image '{}', the policy of '{}'",
                                        printable(claim.image), custody_case.policy.image_name));
  }
}

void judge_unused(CustodyCase& custody_case) {
  for (const JudgedEntry& judged : custody_case.entries) {
    if (custody_case.used.contains(judged.entry.id)) continue;
    const JudgedSignature& signature = judged.signature;
    const std::string where = entry_place(judged);
    switch (signature.fault) {
      case SignatureFault::bad:
      case SignatureFault::packet:
      case SignatureFault::several:
        custody_case.find_fault(fault_code(signature.fault, "entry"), where, signature.detail);
        break;
      case SignatureFault::absent:
      case SignatureFault::stranger:
        custody_case.notice("stranger-entry", where, signature.detail + "; it does not count");
        break;
      default:
        break;
    }
  }
}

}  // namespace compose
