// What a path in a recipe may look like: one spelling for each place, and no way out. Each
// function says why a text is not valid, or nothing.
#pragma once

#include <filesystem>
#include <string_view>

#include "recipes/name_rules.hpp"

namespace compose {

// A place in the image: "/" or "/a/b"; no trailing slash, no "", "." or ".." components, no NUL,
// no ".wh." names (OCI layer.md keeps those for whiteouts); limits of PATH_MAX and NAME_MAX.
[[nodiscard]] Reason image_path_fault(std::string_view path);
// The same, but not "/".
[[nodiscard]] Reason below_root_fault(std::string_view path);
// A mount point: below "/" and not where the runner puts /proc, /sys and /dev.
[[nodiscard]] Reason mount_path_fault(std::string_view path);
// A relative path inside a source: "a/b", under the same rules.
[[nodiscard]] Reason inner_path_fault(std::string_view path);
// A path on this machine: not empty, no NUL.
[[nodiscard]] Reason host_path_fault(std::string_view path);

// A path of the recipe's as an absolute one. ".." stays as written where a symbolic link could
// give it another meaning.
[[nodiscard]] std::filesystem::path anchored(const std::filesystem::path& folder, std::string_view path);

// "scheme://…" or "user@host:path": not a path on this machine.
[[nodiscard]] bool is_git_url(std::string_view location);

}  // namespace compose
