// What each keyword of a PAX header means to a reader of layers.
#pragma once

#include <optional>
#include <string_view>

#include "composer/layer/entry_rules.hpp"

namespace compose {

// Refuses keywords that could change what an entry is in a way that we do not follow: sparse
// files, volumes of a multi-volume archive, device numbers by other names, and keywords without
// a vendor, which POSIX reserves. Keywords of other vendors must be ignored by POSIX, and
// atime, ctime, names of users, comments and charsets do not matter in a layer.
[[nodiscard]] std::optional<RuleBreach> pax_keyword_breach(std::string_view keyword);

}  // namespace compose
