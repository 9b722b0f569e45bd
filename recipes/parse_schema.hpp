// `schema = 1`: the first thing that is read, since it says what all the rest means.
#pragma once

#include "recipes/toml_table.hpp"

namespace compose {

// Throws the usage Error at once when the number is missing or not ours.
void require_schema(TableReader& root);

}  // namespace compose
