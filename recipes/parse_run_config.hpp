// [config] → RunConfig: the OCI image configuration's "config" object.
#pragma once

#include "recipes/recipe.hpp"
#include "recipes/toml_table.hpp"

namespace compose {

[[nodiscard]] RunConfig parse_run_config(TableReader& table);

// A list of strings that a program is started with: no NUL, and the program itself not empty.
[[nodiscard]] std::vector<std::string> read_argv(TableReader& table, std::string_view key);

}  // namespace compose
