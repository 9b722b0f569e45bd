#include "recipes/policy_requirement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "recipes/name_rules.hpp"
#include "recipes/nearest_name.hpp"
#include "signer/path_glob.hpp"

namespace compose {

namespace {

Reason stage_rule_fault(std::string_view stage) {
  if (stage == "*") return std::nullopt;
  return team_or_stage_fault(stage);
}

const std::vector<std::string>* people_of(const std::string& team, const PolicyTeams& teams) {
  const auto at = teams.find(team);
  return at == teams.end() ? nullptr : &at->second;
}

// At most this many people can countersign an entry of `authors`: all, unless whoever the
// author is, he is one of them.
std::size_t most_countersigners(const std::vector<std::string>& countersigners,
                                const std::vector<std::string>& authors) {
  const std::set<std::string> people(countersigners.begin(), countersigners.end());
  const bool outsider = std::any_of(authors.begin(), authors.end(), [&people](const std::string& author) {
    return !people.contains(author);
  });
  return outsider ? people.size() : people.size() - 1;
}

// A threshold of at least 1; `reachable` people can sign, if that is known.
int read_threshold(TableReader& table, std::string_view key, std::optional<std::size_t> reachable) {
  const auto threshold = table.integer(key);
  const std::int64_t value = threshold ? threshold->value : 1;
  if (value < 1 || value > std::numeric_limits<int>::max()) {
    table.faults().add(table.place_of(key), fmt::format("'{}' is {}, but must be 1 or more", key, value));
    return 1;
  }
  if (reachable && static_cast<std::uint64_t>(value) > *reachable) {
    table.faults().add(table.place_of(key),
                       fmt::format("'{}' is {}, but at most {} can sign", key, value, *reachable),
                       "nobody counts twice or countersigns their own entry");
  }
  return static_cast<int>(value);
}

void read_countersigning(TableReader& table, const PolicyTeams& teams, Requirement& requirement) {
  const auto team = table.text("countersigned_by", team_or_stage_fault);
  std::optional<std::size_t> reachable;
  if (team) {
    require_policy_team(*team, teams, table.faults());
    requirement.countersigned_by = team->value;
    const auto* countersigners = people_of(team->value, teams);
    const auto* authors = people_of(requirement.signed_by, teams);
    if (countersigners && authors && !countersigners->empty() && !authors->empty()) {
      reachable = most_countersigners(*countersigners, *authors);
    }
  } else if (table.has("countersign_threshold")) {
    table.faults().add(table.place_of("countersign_threshold"),
                       "'countersign_threshold' without 'countersigned_by'");
  }
  requirement.countersign_threshold = read_threshold(table, "countersign_threshold", reachable);
}

void read_contract(TableReader& table, Requirement& requirement) {
  const auto globs = table.texts("may_write", glob_fault);
  if (!globs) return;
  requirement.may_write.emplace();
  for (const LocatedText& glob : *globs) requirement.may_write->push_back(glob.value);
}

}  // namespace

void require_policy_team(const LocatedText& team, const PolicyTeams& teams, Faults& faults) {
  if (team.value.empty() || teams.contains(team.value) || faults.full()) return;
  std::vector<std::string> names;
  for (const auto& [name, unused] : teams) names.push_back(name);
  const std::string hint = nearest_hint(team.value, names);
  faults.add(team.place, fmt::format("there is no team {}", shown(team.value)),
             hint.empty() ? fmt::format("add {} = [\"…\"] to [team]", excerpt(team.value)) : hint);
}

Requirement parse_requirement(TableReader& table, const PolicyTeams& teams) {
  Requirement requirement;
  requirement.stage = table.needed_text("stage", stage_rule_fault).value;
  const LocatedText team = table.needed_text("signed_by", team_or_stage_fault);
  require_policy_team(team, teams, table.faults());
  requirement.signed_by = team.value;
  const auto* people = people_of(team.value, teams);
  requirement.threshold = read_threshold(
      table, "threshold", people && !people->empty() ? std::optional(people->size()) : std::nullopt);
  read_countersigning(table, teams, requirement);
  read_contract(table, requirement);
  table.finish();
  return requirement;
}

}  // namespace compose
