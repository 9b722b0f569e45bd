#include "recipes/parse_stage.hpp"

#include <fmt/format.h>

#include <array>
#include <set>

#include "recipes/nearest_name.hpp"
#include "recipes/parse_source.hpp"
#include "recipes/path_rules.hpp"
#include "recipes/stage_rules.hpp"
#include "signer/path_glob.hpp"

namespace compose {

namespace {

Reason owner_fault(std::string_view text) {
  if (parse_owner(text)) return std::nullopt;
  return "an owner is 'uid:gid', two numbers below 2^31";
}

Reason mode_fault(std::string_view text) {
  if (parse_mode(text)) return std::nullopt;
  return "a mode is three to five octal digits, at most '07777'";
}

Reason mode_rule_fault(std::string_view text) {
  if (text == "keep" || text == "normalise") return std::nullopt;
  return "choose 'normalise' or 'keep'; modes of single files are set with 'attributes'";
}

std::optional<NumericOwner> read_owner(TableReader& table) {
  const auto text = table.text("owner", owner_fault);
  return text ? parse_owner(text->value) : std::nullopt;
}

AttributeRule parse_attribute_rule(TableReader& table) {
  AttributeRule rule;
  rule.match = table.needed_text("match", glob_fault).value;
  if (const auto mode = table.text("mode", mode_fault)) rule.mode = parse_mode(mode->value);
  rule.owner = read_owner(table);
  const std::size_t faults_before = table.faults().count();
  table.finish();
  const bool sets = table.has("mode") || table.has("owner");
  if (!sets && table.faults().count() == faults_before) {
    table.faults().add(table.place(), "an attributes rule that sets neither 'mode' nor 'owner'");
  }
  return rule;
}

std::vector<std::string> read_globs(TableReader& table, std::string_view key) {
  std::vector<std::string> globs;
  for (const LocatedText& glob : table.texts(key, glob_fault).value_or(std::vector<LocatedText>())) {
    globs.push_back(glob.value);
  }
  return globs;
}

std::vector<std::string> read_removals(TableReader& table) {
  std::vector<std::string> paths;
  std::set<std::string> seen;
  for (const LocatedText& path :
       table.texts("remove", below_root_fault).value_or(std::vector<LocatedText>())) {
    if (!seen.insert(path.value).second) {
      table.faults().add(path.place, fmt::format("{} is removed twice", shown(path.value)));
    }
    paths.push_back(path.value);
  }
  return paths;
}

// Keys that mean nothing for this kind of source are refused: whoever writes them expects
// something that will not happen.
void refuse_meaningless(TableReader& table, const Source& source) {
  const auto refuse = [&table](std::string_view key, std::string_view why) {
    if (table.has(key)) {
      table.faults().add(table.place_of(key), fmt::format("'{}' means nothing here: {}", key, why));
    }
  };
  if (std::holds_alternative<OciSource>(source)) {
    static constexpr std::array<std::string_view, 7> keys = {"to",     "owner", "exclude", "attributes",
                                                             "remove", "mode",  "xattrs"};
    for (const std::string_view key : keys)
      refuse(key, "the layers of an oci source are taken byte for byte");
  } else if (std::holds_alternative<ArchiveSource>(source)) {
    refuse("mode", "an archive's own modes are always kept");
    refuse("xattrs", "an archive's own extended attributes are always kept");
  } else if (std::holds_alternative<GitSource>(source)) {
    refuse("mode", "git knows no modes but 0644 and 0755");
    refuse("xattrs", "git knows no extended attributes");
  } else if (std::holds_alternative<FilesSource>(source)) {
    refuse("mode", "such files are 0644 unless 'attributes' says otherwise");
    refuse("xattrs", "such files have no extended attributes");
  }
}

void read_source(TableReader& table, const StageScope& scope, Stage& stage) {
  if (!table.has("from")) {
    table.missing("from");
    return;
  }
  stage.from_position = table.faults().position(table.place_of("from"));
  auto from = table.sub_table("from");
  if (!from) return;
  stage.from = parse_source(*from, scope.folder);
  refuse_meaningless(table, stage.from);
}

}  // namespace

void require_team(TableReader& table, const LocatedText& team, const std::map<std::string, Team>& teams) {
  if (team.value.empty() || teams.contains(team.value) || table.faults().full()) return;
  std::vector<std::string> names;
  for (const auto& [name, unused] : teams) names.push_back(name);
  const std::string hint = nearest_hint(team.value, names);
  table.faults().add(team.place, fmt::format("there is no team {}", shown(team.value)),
                     hint.empty() ? fmt::format("add [team.{}]", excerpt(team.value)) : hint);
}

Stage parse_stage(TableReader& table, const StageScope& scope) {
  Stage stage;
  stage.position = table.faults().position(table.place());
  stage.name = table.needed_text("name", team_or_stage_fault).value;
  const LocatedText team = table.needed_text("team", team_or_stage_fault);
  require_team(table, team, scope.teams);
  stage.team = team.value;
  read_source(table, scope, stage);
  if (const auto to = table.text("to", image_path_fault)) stage.to = to->value;
  stage.owner = read_owner(table);
  stage.exclude = read_globs(table, "exclude");
  for (TableReader& rule : table.sub_tables("attributes"))
    stage.attributes.push_back(parse_attribute_rule(rule));
  stage.remove = read_removals(table);
  const auto mode = table.text("mode", mode_rule_fault);
  if (mode && mode->value == "keep") stage.mode = ModeRule::keep;
  stage.xattrs = table.boolean("xattrs").value_or(false);
  table.finish();
  if (table.faults().empty()) stage.canonical = canonical_json(table.table());
  return stage;
}

}  // namespace compose
