// One [[require]] of a policy → Requirement.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recipes/toml_table.hpp"
#include "signer/trust_policy.hpp"

namespace compose {

using PolicyTeams = std::map<std::string, std::vector<std::string>>;  // team → principals

// What is wrong goes to the reader's faults: among it a threshold that the team's people can
// never reach, since the author counts once and nobody countersigns their own entry.
[[nodiscard]] Requirement parse_requirement(TableReader& table, const PolicyTeams& teams);

// The fault of a team that the policy does not have, with the nearest that it has.
void require_policy_team(const LocatedText& team, const PolicyTeams& teams, Faults& faults);

}  // namespace compose
