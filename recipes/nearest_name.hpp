// "Did you mean …": the valid name that a mistyped one is closest to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace compose {

// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours),
// if that is small against the length of `name`; the first such on a tie. Long names and long
// lists are cut, so the cost is bounded whatever the input.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      const std::vector<std::string>& candidates);

// "did you mean 'x'?", or "" when nothing is near.
[[nodiscard]] std::string nearest_hint(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace compose
