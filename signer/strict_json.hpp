// JSON that has one meaning only: no duplicate names, no trailing bytes, valid UTF-8,
// bounded depth and size (I-JSON, RFC 7493, plus limits). The library's own parser keeps the
// last of duplicate names, so it must not be called on bytes that others made.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace compose {

struct JsonLimits {
  std::size_t bytes = 4u << 20;
  std::size_t depth = 64;
};

// Throws Error of kind verdict: "duplicate name 'x'", "nested deeper than 64", ….
[[nodiscard]] nlohmann::json parse_strict_json(std::string_view bytes, const JsonLimits& limits = {});

// One line, names sorted, as UTF-8; bytes that are no UTF-8 are an error.
[[nodiscard]] std::string canonical_json(const nlohmann::json& value);

}  // namespace compose
