#include "signer/judge_seal.hpp"

#include <algorithm>
#include <utility>

#include "signer/path_glob.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

const SealClaim& claim_of(const JudgedEntry& seal) { return std::get<SealClaim>(seal.entry.statement.claim); }

std::optional<Sha256> tests_of(const CustodyCase& custody_case) {
  if (custody_case.bundle.tests) return sha256(*custody_case.bundle.tests);
  return custody_case.image.tests;
}

// Against the signature comes first: a stranger's seal that fits must not hide ours that does not.
struct SealVerdict {
  std::size_t against_signature = 0;  // how many of the faults
  Findings faults;
  [[nodiscard]] bool is_better_than(const SealVerdict& other) const {
    return std::pair(against_signature, faults.size()) <
           std::pair(other.against_signature, other.faults.size());
  }
};

// What the seal says against what the image and the policy are.
class SealFaults {
 public:
  SealFaults(const CustodyCase& custody_case, const JudgedEntry& judged)
      : case_(custody_case), claim_(claim_of(judged)), where_(entry_place(judged)), judged_(judged) {}

  SealVerdict collect() {
    faults_ = logged_entry_faults(case_, judged_, case_.policy.seal_signed_by, "seal-team");
    const std::size_t against_signature = faults_.size();
    check_names();
    check_digests();
    check_tests();
    check_log();
    return {against_signature, std::move(faults_)};
  }

 private:
  void add(std::string code, std::string message) {
    faults_.push_back({std::move(code), where_, std::move(message), {}});
  }

  void check_names() {
    const ImageFacts& image = case_.image;
    if (claim_.image != case_.policy.image_name) {
      add("seal-image", fmt::format("it seals image '{}', the policy is of '{}'", printable(claim_.image),
                                    case_.policy.image_name));
    }
    if (image.tag && std::find(claim_.tags.begin(), claim_.tags.end(), *image.tag) == claim_.tags.end()) {
      add("seal-tag", fmt::format("tag '{}' is not among its tags", printable(*image.tag)));
    }
    if (claim_.platform != image.platform) {
      add("seal-platform", fmt::format("it seals platform '{}', the image is for '{}'",
                                       printable(claim_.platform), printable(image.platform)));
    }
  }

  void check_digests() {
    if (claim_.manifest != case_.image.manifest) {
      add("seal-manifest",
          fmt::format("it seals manifest {}, the image's is {}", claim_.manifest, case_.image.manifest));
    }
    if (claim_.config != case_.image.config) {
      add("seal-config",
          fmt::format("it seals configuration {}, the image's is {}", claim_.config, case_.image.config));
    }
  }

  void check_tests() {
    const std::optional<Sha256> tests = tests_of(case_);
    const bool same = claim_.tests ? tests == claim_.tests->value() : !tests;
    if (same) return;
    const auto show = [](const Sha256& digest) { return "sha256:" + digest.hex(); };
    add("tests-digest",
        fmt::format("it seals tests {}, the image comes with {}", claim_.tests ? claim_.tests->str() : "none",
                    tests ? show(*tests) : "none"));
  }

  // The log that the sealer saw is the beginning of this one.
  void check_log() {
    const bool earlier = !judged_.index || claim_.log_size <= *judged_.index;
    if (earlier && claim_.log_size <= case_.tree.size() &&
        case_.tree.root_at(claim_.log_size) == claim_.log_root) {
      return;
    }
    add("seal-log", fmt::format("the sealer saw another log, of {} entries", claim_.log_size));
  }

  const CustodyCase& case_;
  const SealClaim& claim_;
  std::string where_;
  const JudgedEntry& judged_;
  Findings faults_;
};

std::vector<const JudgedEntry*> candidates(const CustodyCase& custody_case) {
  std::vector<const JudgedEntry*> seals;
  std::vector<const JudgedEntry*> matching;
  for (const JudgedEntry& judged : custody_case.entries) {
    const auto* claim = std::get_if<SealClaim>(&judged.entry.statement.claim);
    if (claim == nullptr) continue;
    seals.push_back(&judged);
    if (claim->manifest == custody_case.image.manifest) matching.push_back(&judged);
  }
  return matching.empty() ? seals : matching;
}

// Is every glob of `contract` within some glob of the policy's?
bool within(const std::vector<std::string>& policy, const std::vector<std::string>& contract,
            std::string& wider) {
  for (const std::string& glob : contract) {
    const bool covered = std::any_of(policy.begin(), policy.end(),
                                     [&](const std::string& outer) { return glob_covers(outer, glob); });
    if (!covered) {
      wider = glob;
      return false;
    }
  }
  return true;
}

}  // namespace

const JudgedEntry* judge_seal(CustodyCase& custody_case) {
  const JudgedEntry* best = nullptr;
  SealVerdict verdict;
  for (const JudgedEntry* seal : candidates(custody_case)) {
    SealVerdict next = SealFaults(custody_case, *seal).collect();
    if (best != nullptr && verdict.is_better_than(next)) continue;
    best = seal;
    verdict = std::move(next);
  }
  if (best == nullptr) {
    custody_case.find_fault("seal-missing", "image", "no seal speaks of it",
                            "it was composed with --unsigned, or its seal was removed");
    return nullptr;
  }
  CustodyReport& report = custody_case.report;
  custody_case.used.insert(best->entry.id);
  report.seal = signature_row(*best, verdict.faults);
  if (verdict.faults.empty()) report.sealed = claim_of(*best);
  if (claim_of(*best).tests_result == "skipped") {
    custody_case.notice("tests-skipped", entry_place(*best), "it was sealed without running its tests");
  }
  std::move(verdict.faults.begin(), verdict.faults.end(), std::back_inserter(report.findings));
  return best;
}

void judge_contract(CustodyCase& custody_case, const SealClaim& seal) {
  static const std::vector<std::string> everything{"/**"};
  for (const Requirement& rule : custody_case.policy.requirements) {
    if (!rule.may_write) continue;
    // A team that the seal's contract does not name was not held to anything.
    const auto found = seal.contract.find(rule.signed_by);
    const std::vector<std::string>& contract = found == seal.contract.end() ? everything : found->second;
    std::string wider;
    if (within(*rule.may_write, contract, wider)) continue;
    custody_case.find_fault("contract-wider", fmt::format("stage '{}'", printable(rule.stage)),
                            fmt::format("the seal lets team '{}' write '{}', the policy does not",
                                        rule.signed_by, printable(wider)));
  }
}

}  // namespace compose
