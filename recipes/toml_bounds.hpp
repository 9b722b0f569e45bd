// A look at TOML text before the library sees it. The library nests tables as deeply as a
// dotted key asks for and frees them by recursion, so that "a.a.a.…" can exhaust the stack;
// this pass, which needs no stack, refuses such text with its position.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "recipes/toml_value.hpp"

namespace compose {

inline constexpr std::size_t most_toml_bytes = 1u << 20;
inline constexpr unsigned most_key_parts = 16;  // of one dotted key
inline constexpr unsigned most_nesting = 16;    // of lists and inline tables

struct TomlExcess {
  Place place;
  std::string message;
};

// The first place where `text` is nested deeper than our limits. Text that is no TOML may give
// any answer: the library refuses it afterwards.
[[nodiscard]] std::optional<TomlExcess> find_toml_excess(std::string_view text);

}  // namespace compose
