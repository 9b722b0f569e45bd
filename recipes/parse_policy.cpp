#include "recipes/parse_policy.hpp"

#include <fmt/format.h>

#include <set>

#include "recipes/nearest_name.hpp"
#include "recipes/parse_schema.hpp"
#include "recipes/path_rules.hpp"
#include "recipes/policy_keys.hpp"
#include "recipes/policy_requirement.hpp"
#include "recipes/read_toml.hpp"
#include "recipes/toml_bounds.hpp"
#include "signer/atomic_file.hpp"

namespace compose {

namespace {

void read_image(TableReader& root, TrustPolicy& policy) {
  if (!root.has("image")) root.missing("image", "add [image]");
  auto table = root.sub_table("image");
  if (!table) return;
  policy.image_name = table->needed_text("name", image_name_fault).value;
  table->finish();
}

void read_principals(TableReader& root, const std::filesystem::path& folder, TrustPolicy& policy) {
  PolicyKeys keys(folder);
  for (auto& [name, table] : root.named_tables("principal")) {
    if (const auto reason = principal_fault(name.value)) {
      root.faults().add(name.place, fmt::format("principal {} is not valid: {}", shown(name.value), *reason));
    }
    Principal principal{name.value, {}};
    if (!table.has("keys")) table.missing("keys");
    const auto texts = table.texts("keys");
    if (texts && texts->empty()) {
      root.faults().add(table.place_of("keys"), fmt::format("{} has no keys", shown(name.value)));
    }
    for (const LocatedText& text : texts.value_or(std::vector<LocatedText>())) {
      if (auto key = keys.read(text, name.value, root.faults())) principal.keys.push_back(std::move(*key));
    }
    table.finish();
    policy.principals.emplace(name.value, std::move(principal));
  }
}

std::vector<std::string> principal_names(const TrustPolicy& policy) {
  std::vector<std::string> names;
  for (const auto& [name, unused] : policy.principals) names.push_back(name);
  return names;
}

std::vector<std::string> read_members(const LocatedText& team, const std::vector<LocatedText>& people,
                                      const TrustPolicy& policy, Faults& faults) {
  std::vector<std::string> members;
  std::set<std::string> seen;
  for (const LocatedText& person : people) {
    if (!policy.principals.contains(person.value) && !faults.full()) {
      faults.add(person.place, fmt::format("there is no principal {}", shown(person.value)),
                 nearest_hint(person.value, principal_names(policy)));
    } else if (!seen.insert(person.value).second) {
      faults.add(person.place, fmt::format("{} is twice in team {}", shown(person.value), shown(team.value)));
    }
    members.push_back(person.value);
  }
  if (people.empty()) faults.add(team.place, fmt::format("team {} has no people", shown(team.value)));
  return members;
}

void read_teams(TableReader& root, TrustPolicy& policy) {
  auto table = root.sub_table("team");
  if (!table) return;
  for (const auto& [name, people] : table->named_lists()) {
    if (const auto reason = team_or_stage_fault(name.value)) {
      root.faults().add(name.place, fmt::format("team {} is not valid: {}", shown(name.value), *reason));
    }
    policy.teams.emplace(name.value, read_members(name, people, policy, root.faults()));
  }
}

void read_requirements(TableReader& root, TrustPolicy& policy) {
  std::set<std::string> seen;
  for (TableReader& table : root.sub_tables("require")) {
    Requirement requirement = parse_requirement(table, policy.teams);
    if (!requirement.stage.empty() && !seen.insert(requirement.stage).second) {
      root.faults().add(table.place_of("stage"),
                        fmt::format("a second rule for stage {}", shown(requirement.stage)));
    }
    policy.requirements.push_back(std::move(requirement));
  }
}

void read_seal(TableReader& root, TrustPolicy& policy) {
  if (!root.has("seal")) root.missing("seal", "add [seal]");
  auto table = root.sub_table("seal");
  if (!table) return;
  const LocatedText team = table->needed_text("signed_by", team_or_stage_fault);
  require_policy_team(team, policy.teams, root.faults());
  policy.seal_signed_by = team.value;
  table->finish();
}

// One team or a list of them.
void read_log(TableReader& root, TrustPolicy& policy) {
  auto table = root.sub_table("log");
  if (!table) return;
  std::vector<LocatedText> teams;
  const TomlMember* member = table->table().find("signed_by");
  if (member && std::holds_alternative<std::string>(member->value.data)) {
    teams.push_back(table->needed_text("signed_by", team_or_stage_fault));
  } else {
    teams = table->texts("signed_by", team_or_stage_fault).value_or(std::vector<LocatedText>());
    if (!member) table->missing("signed_by");
    if (member && std::holds_alternative<TomlArray>(member->value.data) && teams.empty()) {
      root.faults().add(member->value.place, "'signed_by' names no team");
    }
  }
  for (const LocatedText& team : teams) {
    require_policy_team(team, policy.teams, root.faults());
    policy.log_signed_by.push_back(team.value);
  }
  table->finish();
}

}  // namespace

TrustPolicy parse_policy(std::string_view text, const std::filesystem::path& file) {
  const TomlTable document = read_toml(text, file.string());
  Faults faults(file.string());
  TableReader root(document, {}, "", faults);
  require_schema(root);
  TrustPolicy policy;
  policy.file = file.string();
  policy.digest = sha256(text);
  read_image(root, policy);
  read_principals(root, anchored(std::filesystem::current_path(), file.string()).parent_path(), policy);
  read_teams(root, policy);
  read_requirements(root, policy);
  read_seal(root, policy);
  read_log(root, policy);
  root.finish();
  faults.throw_if_any();
  return policy;
}

TrustPolicy parse_policy_file(const std::filesystem::path& file) {
  return parse_policy(read_file(file, most_toml_bytes, ErrorKind::usage), file);
}

}  // namespace compose
