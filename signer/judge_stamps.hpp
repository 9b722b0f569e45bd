// Countersignatures: who else of a team stands behind an entry.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "signer/custody_case.hpp"

namespace compose {

struct StampTally {
  std::set<std::string> people;             // of the team, without the author, each once
  std::vector<const JudgedEntry*> passing;  // one for each of them
  Findings doubts;                          // stamps that did not count: findings only if too few did
};

// The passing countersignatures of `target` by people of `team`. A failing one is a finding.
[[nodiscard]] StampTally tally_stamps(CustodyCase& custody_case, const JudgedEntry& target,
                                      const std::string& team);

// Objections by people whose word the policy does not ask for here: worth knowing.
void tell_other_objections(CustodyCase& custody_case, const JudgedEntry& target,
                           const std::set<std::string>& asked_teams);

}  // namespace compose
