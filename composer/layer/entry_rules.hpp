// The rules that one entry obeys on its own, whatever its source: the same for a tree that
// becomes a layer and for a layer that is read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "composer/layer/file_tree.hpp"

namespace compose {

inline constexpr std::size_t longest_path = 4096;
inline constexpr std::size_t longest_component = 255;
inline constexpr std::size_t deepest_path = 256;
inline constexpr std::size_t longest_link_text = 4095;
inline constexpr std::uint32_t highest_id = 0x7fff'ffff;
inline constexpr std::int64_t latest_mtime = 0x1'ffff'ffff;                      // 2^33 - 1
inline constexpr std::uint64_t largest_file = 0x3fff'ffff'ffff'ffff;             // 2^62 - 1
inline constexpr std::uint32_t highest_major = 0xfff, highest_minor = 0xf'ffff;  // Linux' own
inline constexpr std::size_t largest_xattr = 65'536, largest_xattrs = 512u << 10;

struct RuleBreach {
  std::string_view code;  // of the finding: "tar-path", "tar-climbs", …
  std::string message;    // what is wrong, without the entry's name
};

// A normalised path (file_tree.hpp); "" is the root.
[[nodiscard]] std::optional<RuleBreach> path_breach(std::string_view path);

// Path, ids, times, sizes, link text, device numbers, xattrs.
[[nodiscard]] std::optional<RuleBreach> entry_breach(const TreeEntry& entry);

// Does overlayfs give this xattr a meaning? Then it could hide or redirect files that the
// layer does not own: never in a layer of ours, never set when unpacking.
[[nodiscard]] bool is_overlay_xattr(std::string_view name);

// A name from outside for a message: printable and not endless.
[[nodiscard]] std::string shown_name(std::string_view name);

}  // namespace compose
