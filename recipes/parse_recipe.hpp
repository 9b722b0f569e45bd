// TOML text → Recipe, with every rule of RECIPE.md checked.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/recipe.hpp"
#include "recipes/test_suite.hpp"

namespace compose {

// Reads and validates a recipe. Throws a usage Error whose message starts with
// "file:line:column: " and whose hint gives the nearest valid name or the rule.
[[nodiscard]] Recipe parse_recipe_file(const std::filesystem::path& file);

// The same from text; `file` names it in errors and its folder anchors relative paths.
[[nodiscard]] Recipe parse_recipe(std::string_view text, const std::filesystem::path& file);

// A file of [[test]] and [[mount]] tables alone (`schema = 1` first), for `compose test --tests`.
[[nodiscard]] TestSuite parse_tests_file(const std::filesystem::path& file);

}  // namespace compose
