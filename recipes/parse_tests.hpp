// [[mount]] and [[test]] → what stays outside the image, and how its life is tried.
#pragma once

#include <vector>

#include "recipes/parse_recipe.hpp"
#include "recipes/recipe.hpp"
#include "recipes/toml_table.hpp"

namespace compose {

// `root` is the top level of a recipe or of a file of tests.
[[nodiscard]] std::vector<Mount> parse_mounts(TableReader& root);
[[nodiscard]] std::vector<SmokeTest> parse_smoke_tests(TableReader& root,
                                                       const ExpressionRule& expression_rule);

}  // namespace compose
