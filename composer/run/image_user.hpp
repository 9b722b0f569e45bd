// The "User" of an image configuration (config.md: user, uid, user:group, uid:gid, …) as ids,
// looked up in the image's own /etc/passwd and /etc/group.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace compose {

struct ImageUser {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> groups;  // supplementary, when the user was given by name
  std::string home = "/";
};

// `passwd` and `group` are the files' texts ("" if absent). Throws verdict Errors: "user 'x' is
// not in the image's /etc/passwd".
[[nodiscard]] ImageUser resolve_user(std::string_view user, std::string_view passwd, std::string_view group);

// The text of a file in the merged image, without following links out of a layer: the topmost
// layer that has it decides. At most 1 MiB; "" if there is none.
[[nodiscard]] std::string read_image_file(const std::vector<std::filesystem::path>& lower,
                                          const std::string& path);

}  // namespace compose
