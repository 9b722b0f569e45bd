// TOML text → Recipe, with every rule of RECIPE.md checked.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/recipe.hpp"
#include "recipes/test_suite.hpp"

namespace compose {

// Why an expression of a test is not valid, or nothing: the runner's expression_fault. It is
// handed in because recipes know nothing of the runner; without it, expressions go unchecked.
using ExpressionRule = std::function<std::optional<std::string>(const std::string&)>;

// Reads and validates a recipe. Throws a usage Error whose message starts with
// "file:line:column: " and whose hint gives the nearest valid name or the rule. More than one
// fault is reported at once, one a line.
[[nodiscard]] Recipe parse_recipe_file(const std::filesystem::path& file,
                                       const ExpressionRule& expression_rule = {});

// The same from text; `file` names it in errors and its folder anchors relative paths.
[[nodiscard]] Recipe parse_recipe(std::string_view text, const std::filesystem::path& file,
                                  const ExpressionRule& expression_rule = {});

// A file of [[test]] and [[mount]] tables alone (`schema = 1` first), for `compose test --tests`.
// At least one test.
[[nodiscard]] TestSuite parse_tests_file(const std::filesystem::path& file,
                                         const ExpressionRule& expression_rule = {});
[[nodiscard]] TestSuite parse_tests(std::string_view text, const std::filesystem::path& file,
                                    const ExpressionRule& expression_rule = {});

}  // namespace compose
