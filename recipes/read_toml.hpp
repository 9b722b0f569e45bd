// TOML text → values with positions. The only file that talks to the TOML library.
#pragma once

#include <string>
#include <string_view>

#include "recipes/toml_value.hpp"

namespace compose {

// Throws a usage Error "file:line:column: …" for text that is too large, nested too deeply
// (toml_bounds.hpp), not UTF-8 or not TOML 1.0.
[[nodiscard]] TomlTable read_toml(std::string_view text, const std::string& file);

}  // namespace compose
