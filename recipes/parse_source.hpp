// `from = { … }` of a stage → Source.
#pragma once

#include <filesystem>

#include "recipes/recipe.hpp"
#include "recipes/toml_table.hpp"

namespace compose {

// Reads exactly one kind of source; what is wrong goes to the reader's faults. Paths are
// anchored at `folder`.
[[nodiscard]] Source parse_source(TableReader& from, const std::filesystem::path& folder);

}  // namespace compose
