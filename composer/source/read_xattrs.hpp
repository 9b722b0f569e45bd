// The extended attributes of a file that belong into an image.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace compose {

// "user.*" and "security.capability" of an open file or folder. All others say something about
// this machine (SELinux labels, ACLs with its ids, what only root sees): their names go to
// `left_out`. Throws failure Errors.
[[nodiscard]] std::map<std::string, std::string> read_xattrs(int fd, std::string_view what,
                                                             std::set<std::string>& left_out);

}  // namespace compose
