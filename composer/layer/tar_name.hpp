// A name as it stands in a tar stream → a path of the tree.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "composer/layer/entry_rules.hpp"

namespace compose {

struct CleanName {
  std::string path;             // without "./", doubled or trailing slashes; "" is the root
  bool trailing_slash = false;  // it can only be a directory
  std::optional<RuleBreach> breach;
};

// Refuses empty and absolute names, "..", NULs. "." and empty components mean nothing to any
// unpacker and are left out; the strict reader compares spellings afterwards.
[[nodiscard]] CleanName clean_tar_name(std::string_view name);

}  // namespace compose
