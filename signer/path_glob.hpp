// The globs of recipes, policies and contracts.
//
// A glob is anchored: it matches whole paths. `*` and `?` stop at '/', `**` does not; `**/` also
// matches nothing, so that "**/x" covers "x"; "/x/**" covers "/x" itself. No negation, no
// classes; every other character stands for itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace compose {

// Why a glob is not valid ("negation is not supported", "empty", …), or nothing.
[[nodiscard]] std::optional<std::string> glob_fault(std::string_view glob);

// Does `glob` match `path`? A leading '/' on either side is ignored. Linear in time apart
// from the number of stars; hostile globs cannot make it exponential.
[[nodiscard]] bool glob_matches(std::string_view glob, std::string_view path);
[[nodiscard]] bool any_glob_matches(const std::vector<std::string>& globs, std::string_view path);

// Does every path that `inner` matches match `outer`? Sound, not complete: "no" when it cannot tell.
[[nodiscard]] bool glob_covers(std::string_view outer, std::string_view inner);

}  // namespace compose
