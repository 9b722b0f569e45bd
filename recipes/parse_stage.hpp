// One [[stage]] → Stage.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "recipes/recipe.hpp"
#include "recipes/toml_table.hpp"

namespace compose {

// What a stage is read against.
struct StageScope {
  const std::filesystem::path& folder;  // anchors relative paths
  const std::map<std::string, Team>& teams;
};

// What is wrong goes to the reader's faults; the result then means nothing.
[[nodiscard]] Stage parse_stage(TableReader& table, const StageScope& scope);

// The fault of a team that the recipe does not have, with the nearest that it has.
void require_team(TableReader& table, const LocatedText& team, const std::map<std::string, Team>& teams);

}  // namespace compose
