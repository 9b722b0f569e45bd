#include "signer/judge_log.hpp"

#include <algorithm>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_checkpoints = 256;  // each signature costs a run of gpg
constexpr const char* log_place = "custody log";

std::string checkpoint_place(const Checkpoint& checkpoint) {
  return fmt::format("checkpoint of size {}", checkpoint.size);
}

// The checkpoint is about these leaves.
bool agrees(CustodyCase& custody_case, const Checkpoint& checkpoint) {
  const std::string where = checkpoint_place(checkpoint);
  if (custody_case.custody && checkpoint.origin != checkpoint_origin(*custody_case.custody)) {
    custody_case.find_fault("foreign-entry", where,
                            fmt::format("it is of another log, '{}'", printable(checkpoint.origin)));
    return false;
  }
  if (checkpoint.size > custody_case.tree.size()) {
    custody_case.find_fault("log-truncated", where,
                            fmt::format("only {} leaves are there", custody_case.tree.size()));
    return false;
  }
  if (custody_case.tree.root_at(checkpoint.size) != checkpoint.root) {
    custody_case.find_fault("log-root", where, "the leaves do not give its root");
    return false;
  }
  return true;
}

bool counts_for_log(const CustodyCase& custody_case, const std::string& principal) {
  const TrustPolicy& policy = custody_case.policy;
  return custody_case.in_team(principal, policy.seal_signed_by) ||
         std::any_of(policy.log_signed_by.begin(), policy.log_signed_by.end(),
                     [&](const std::string& team) { return custody_case.in_team(principal, team); });
}

struct CheckpointVerdict {
  bool counts = false;
  Findings doubts;  // findings if nothing else covers the log
};

CheckpointVerdict judge_signers(CustodyCase& custody_case, const SignedCheckpoint& checkpoint) {
  const std::string where = checkpoint_place(checkpoint.checkpoint);
  CheckpointVerdict verdict;
  for (const CheckpointSignature& signature : checkpoint.signatures) {
    const JudgedSignature judged = custody_case.keys.judge(checkpoint.text, signature.signature);
    const bool named = judged.primary && judged.primary->hex() == signature.name;
    if (judged.fault == SignatureFault::bad || judged.fault == SignatureFault::packet ||
        (judged.good() && !named)) {
      const std::string why = judged.good() ? "its signature is under another key's name" : judged.detail;
      custody_case.find_fault("checkpoint-signature", where, why);
    } else if (!judged.good()) {
      verdict.doubts.push_back({fault_code(judged.fault, "checkpoint"), where, judged.detail, {}});
    } else if (!counts_for_log(custody_case, judged.principal)) {
      verdict.doubts.push_back(
          {"checkpoint-signer", where,
           fmt::format("principal '{}' signed it, whose word on the log does not count", judged.principal),
           "the policy names other teams under [log] signed_by"});
    } else {
      verdict.counts = true;
    }
  }
  if (checkpoint.signatures.empty()) {
    custody_case.find_fault("checkpoint-signature", where, "it has no OpenPGP signature");
  }
  return verdict;
}

// Decodes anew: what is judged is the note itself. Gives its size.
std::uint64_t judge_checkpoint(CustodyCase& custody_case, const SignedCheckpoint& brought, Findings& doubts) {
  try {
    const SignedCheckpoint checkpoint = decode_checkpoint(brought.note);
    const bool agreed = agrees(custody_case, checkpoint.checkpoint);
    CheckpointVerdict verdict = judge_signers(custody_case, checkpoint);
    std::move(verdict.doubts.begin(), verdict.doubts.end(), std::back_inserter(doubts));
    if (agreed && verdict.counts) {
      custody_case.covered = std::max(custody_case.covered, checkpoint.checkpoint.size);
    }
    return checkpoint.checkpoint.size;
  } catch (const Error& error) {
    custody_case.find_fault("checkpoint-malformed", log_place, error.what());
    return 0;
  }
}

bool begins_with(const std::vector<Sha256>& leaves, const std::vector<Sha256>& beginning) {
  return leaves.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), leaves.begin());
}

void judge_against_log(CustodyCase& custody_case, const CustodyLog& log) {
  if (log.custody() && custody_case.custody && *log.custody() != *custody_case.custody) {
    custody_case.find_fault("log-custody", log_place, "the log given with --log is another one");
    return;
  }
  const std::vector<Sha256>& leaves = custody_case.bundle.leaves;
  if (begins_with(leaves, log.leaves)) return;
  if (begins_with(log.leaves, leaves)) {
    custody_case.find_fault(
        "stale-bundle", log_place,
        fmt::format("the image's custody ends at {}, the log at {}", leaves.size(), log.leaves.size()),
        "a newer bundle may hold objections to this image: compose it again from this log");
    return;
  }
  custody_case.find_fault("log-fork", log_place, "the image's log and the log given with --log have parted");
}

void judge_against_seen(CustodyCase& custody_case, const SeenLog& seen) {
  if (custody_case.custody && *custody_case.custody != seen.custody) {
    custody_case.find_fault("state-custody", log_place, "the log seen before was another one");
    return;
  }
  if (custody_case.covered < seen.size) {
    custody_case.find_fault("stale-bundle", log_place,
                            fmt::format("the image's custody ends at {}, but {} was seen before",
                                        custody_case.covered, seen.size));
  }
  if (custody_case.tree.size() >= seen.size && custody_case.tree.root_at(seen.size) != seen.root) {
    custody_case.find_fault(
        "log-fork", log_place,
        fmt::format("its first {} entries are not those that were seen before", seen.size));
  }
}

}  // namespace

void judge_checkpoints(CustodyCase& custody_case) {
  const std::vector<SignedCheckpoint>& checkpoints = custody_case.bundle.checkpoints;
  if (checkpoints.empty()) {
    custody_case.find_fault("checkpoint-missing", log_place, "nobody signed the log");
    return;
  }
  if (checkpoints.size() > most_checkpoints) {
    custody_case.find_fault(
        "custody-unreadable", log_place,
        fmt::format("{} checkpoints, more than {}", checkpoints.size(), most_checkpoints));
    return;
  }
  Findings doubts;
  std::uint64_t size = 0;
  for (const SignedCheckpoint& each : checkpoints) {
    size = std::max(size, judge_checkpoint(custody_case, each, doubts));
  }
  if (size < custody_case.tree.size()) {
    custody_case.find_fault(
        "leaves-mismatch", log_place,
        fmt::format("{} leaves, but the checkpoints end at {}", custody_case.tree.size(), size));
  }
  // Others may sign the log as well; that matters only when nobody who counts did.
  Findings& told = custody_case.covered == 0 ? custody_case.report.findings : custody_case.report.notices;
  std::move(doubts.begin(), doubts.end(), std::back_inserter(told));
}

void judge_freshness(CustodyCase& custody_case) {
  if (custody_case.custody && custody_case.covered != 0) {
    custody_case.report.log =
        SeenLog{*custody_case.custody, custody_case.covered, custody_case.tree.root_at(custody_case.covered)};
  }
  if (custody_case.options.log != nullptr) judge_against_log(custody_case, *custody_case.options.log);
  if (custody_case.options.seen != nullptr) judge_against_seen(custody_case, *custody_case.options.seen);
  if (custody_case.options.log == nullptr && custody_case.options.seen == nullptr) {
    custody_case.notice("freshness-unproven", log_place,
                        fmt::format("custody as of size {}, freshness not proven", custody_case.covered),
                        "name the log (--log) or a file of what was seen before (--state)");
  }
}

}  // namespace compose
