#include "recipes/parse_recipe.hpp"

#include <fmt/format.h>

#include <set>

#include "recipes/parse_run_config.hpp"
#include "recipes/parse_schema.hpp"
#include "recipes/parse_stage.hpp"
#include "recipes/parse_tests.hpp"
#include "recipes/path_rules.hpp"
#include "recipes/read_toml.hpp"
#include "recipes/toml_bounds.hpp"
#include "signer/atomic_file.hpp"
#include "signer/path_glob.hpp"

namespace compose {

namespace {

constexpr std::int64_t most_epoch = 8'589'934'591;  // 2^33 - 1: the largest mtime of a ustar header
constexpr std::size_t most_stages = 127;            // container engines stack no more layers

Reason compression_fault(std::string_view word) {
  if (word == "zstd" || word == "gzip" || word == "none") return std::nullopt;
  return "choose 'zstd', 'gzip' or 'none'";
}

Compression compression_of(std::string_view word) {
  return word == "none" ? Compression::none : word == "gzip" ? Compression::gzip : Compression::zstd;
}

void read_epoch(TableReader& table, Recipe& recipe) {
  const auto epoch = table.integer("epoch");
  if (!epoch) return;
  if (epoch->value < 0 || epoch->value > most_epoch) {
    table.faults().add(epoch->place, fmt::format("'epoch' is {}, but must be from 0 to {} seconds",
                                                 epoch->value, most_epoch));
  }
  recipe.epoch = epoch->value;
}

void read_image(TableReader& root, Recipe& recipe) {
  if (!root.has("image")) root.missing("image", "add [image]");
  auto table = root.sub_table("image");
  if (!table) return;
  recipe.name = table->needed_text("name", image_name_fault).value;
  recipe.tag = table->needed_text("tag", tag_fault).value;
  const auto platform = table->text("platform", platform_fault);
  const auto given = platform ? Platform::from(platform->value) : std::nullopt;
  recipe.platform = given ? *given : Platform::of_this_machine();
  read_epoch(*table, recipe);
  const auto compression = table->text("compression", compression_fault);
  if (compression) recipe.compression = compression_of(compression->value);
  table->finish();
}

Team parse_team(const std::string& name, TableReader& table, const std::filesystem::path& folder) {
  Team team;
  team.name = name;
  team.position = table.faults().position(table.place());
  team.key = anchored(folder, table.needed_text("key", host_path_fault).value);
  if (const auto globs = table.texts("may_write", glob_fault)) {
    team.may_write.clear();
    for (const LocatedText& glob : *globs) team.may_write.push_back(glob.value);
  }
  table.finish();
  return team;
}

void read_teams(TableReader& root, Recipe& recipe) {
  for (auto& [name, table] : root.named_tables("team")) {
    if (const auto reason = team_or_stage_fault(name.value)) {
      root.faults().add(name.place, fmt::format("team {} is not valid: {}", shown(name.value), *reason));
    }
    recipe.teams.emplace(name.value, parse_team(name.value, table, recipe.folder));
  }
}

void read_stages(TableReader& root, Recipe& recipe) {
  std::set<std::string> seen;
  if (!root.has("stage")) root.missing("stage", "add [[stage]]");
  for (TableReader& table : root.sub_tables("stage")) {
    Stage stage = parse_stage(table, {recipe.folder, recipe.teams});
    if (!stage.name.empty() && !seen.insert(stage.name).second) {
      root.faults().add(table.place_of("name"), fmt::format("a second stage named {}", shown(stage.name)));
    }
    recipe.stages.push_back(std::move(stage));
    if (recipe.stages.size() <= most_stages) continue;
    root.faults().add(table.place(), fmt::format("more than {} stages", most_stages));
    break;
  }
  const TomlMember* member = root.table().find("stage");
  const auto* list = member ? std::get_if<TomlArray>(&member->value.data) : nullptr;
  if (list && list->empty()) root.faults().add(member->value.place, "an image has at least one stage");
}

void read_seal(TableReader& root, Recipe& recipe) {
  if (!root.has("seal")) root.missing("seal", "add [seal]");
  auto table = root.sub_table("seal");
  if (!table) return;
  const LocatedText team = table->needed_text("team", team_or_stage_fault);
  require_team(*table, team, recipe.teams);
  recipe.seal_team = team.value;
  table->finish();
}

}  // namespace

Recipe parse_recipe(std::string_view text, const std::filesystem::path& file,
                    const ExpressionRule& expression_rule) {
  const TomlTable document = read_toml(text, file.string());
  Faults faults(file.string());
  TableReader root(document, {}, "", faults);
  require_schema(root);
  Recipe recipe;
  recipe.file = file;
  recipe.folder = anchored(std::filesystem::current_path(), file.string()).parent_path();
  read_image(root, recipe);
  read_teams(root, recipe);
  read_stages(root, recipe);
  read_seal(root, recipe);
  if (auto table = root.sub_table("config")) recipe.config = parse_run_config(*table);
  recipe.mounts = parse_mounts(root);
  recipe.tests = parse_smoke_tests(root, expression_rule);
  root.finish();
  faults.throw_if_any();
  return recipe;
}

Recipe parse_recipe_file(const std::filesystem::path& file, const ExpressionRule& expression_rule) {
  return parse_recipe(read_file(file, most_toml_bytes, ErrorKind::usage), file, expression_rule);
}

TestSuite parse_tests(std::string_view text, const std::filesystem::path& file,
                      const ExpressionRule& expression_rule) {
  const TomlTable document = read_toml(text, file.string());
  Faults faults(file.string());
  TableReader root(document, {}, "", faults);
  require_schema(root);
  TestSuite suite{parse_mounts(root), parse_smoke_tests(root, expression_rule)};
  if (!root.has("test")) root.missing("test", "add [[test]]");
  root.finish();
  faults.throw_if_any();
  return suite;
}

TestSuite parse_tests_file(const std::filesystem::path& file, const ExpressionRule& expression_rule) {
  return parse_tests(read_file(file, most_toml_bytes, ErrorKind::usage), file, expression_rule);
}

}  // namespace compose
