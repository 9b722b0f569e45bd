#include "signer/judge_stamps.hpp"

#include <algorithm>

#include "signer/printable.hpp"

namespace compose {

namespace {

const CountersignClaim& claim_of(const JudgedEntry& stamp) {
  return std::get<CountersignClaim>(stamp.entry.statement.claim);
}

std::vector<const JudgedEntry*> stamps_on(const CustodyCase& custody_case, const JudgedEntry& target) {
  std::vector<const JudgedEntry*> stamps;
  const auto found = custody_case.stamps.find(target.entry.id);
  if (found == custody_case.stamps.end()) return stamps;
  for (const std::size_t i : found->second) stamps.push_back(&custody_case.entries[i]);
  return stamps;
}

std::string objection(const JudgedEntry& stamp, const JudgedEntry& target) {
  return fmt::format("'{}' of team '{}' objects to {}: {}", stamp.signature.principal,
                     printable(stamp.header().team), entry_place(target), printable(claim_of(stamp).reason));
}

void tell_evidence(CustodyCase& custody_case, const JudgedEntry& stamp) {
  for (const EvidenceFile& file : claim_of(stamp).evidence) {
    if (custody_case.evidence.contains(file.digest)) continue;
    custody_case.notice("evidence-missing", entry_place(stamp),
                        fmt::format("'{}' did not come with the image", printable(file.name)));
  }
}

class Tally {
 public:
  Tally(CustodyCase& custody_case, const JudgedEntry& target, const std::string& team)
      : case_(custody_case), target_(target), team_(team) {}

  StampTally count() {
    for (const JudgedEntry* stamp : stamps_on(case_, target_)) {
      if (stamp->header().team != team_) continue;
      take(*stamp);
    }
    return std::move(tally_);
  }

 private:
  void doubt(std::string code, const JudgedEntry& stamp, std::string message) {
    tally_.doubts.push_back({std::move(code), entry_place(stamp), std::move(message), {}});
  }

  void take(const JudgedEntry& stamp) {
    Findings faults = entry_faults(case_, stamp, team_);
    if (stamp.signature.good()) case_.used.insert(stamp.entry.id);
    if (!faults.empty()) {
      std::move(faults.begin(), faults.end(), std::back_inserter(tally_.doubts));
      return;
    }
    // An objection has no end: only its author's entry, made anew, ends it.
    if (claim_of(stamp).verdict == StampVerdict::fail) {
      case_.find_fault("countersign-fail", entry_place(stamp), objection(stamp, target_));
      return;
    }
    pass(stamp);
  }

  void pass(const JudgedEntry& stamp) {
    const std::string& person = stamp.signature.principal;
    const std::optional<std::int64_t>& end = claim_of(stamp).expires;
    if (end && *end <= case_.options.now) {
      doubt("countersign-expired", stamp, "it was good for a time that has passed");
    } else if (person == target_.signature.principal) {
      doubt("countersign-self", stamp, fmt::format("'{}' vouches for an entry of their own", person));
    } else if (!tally_.people.insert(person).second) {
      doubt("duplicate-signature", stamp,
            fmt::format("'{}' has vouched for it already: counted once", person));
    } else {
      tally_.passing.push_back(&stamp);
      if (case_.repeated.contains(stamp.entry.id)) {
        doubt("duplicate-signature", stamp, "the bundle holds it more than once: counted once");
      }
      if (!case_.is_covered(stamp)) {
        case_.notice("not-in-log", entry_place(stamp), "it counts, but no checkpoint that counts covers it");
      }
      tell_evidence(case_, stamp);
    }
  }

  CustodyCase& case_;
  const JudgedEntry& target_;
  const std::string& team_;
  StampTally tally_;
};

}  // namespace

StampTally tally_stamps(CustodyCase& custody_case, const JudgedEntry& target, const std::string& team) {
  return Tally(custody_case, target, team).count();
}

void tell_other_objections(CustodyCase& custody_case, const JudgedEntry& target,
                           const std::set<std::string>& asked_teams) {
  for (const JudgedEntry* stamp : stamps_on(custody_case, target)) {
    if (!stamp->signature.good() || claim_of(*stamp).verdict != StampVerdict::fail) continue;
    if (asked_teams.contains(stamp->header().team)) continue;
    custody_case.notice("countersign-fail", entry_place(*stamp), objection(*stamp, target));
  }
}

}  // namespace compose
