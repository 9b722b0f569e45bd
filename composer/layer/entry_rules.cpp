#include "composer/layer/entry_rules.hpp"

#include <fmt/format.h>

#include "signer/printable.hpp"

namespace compose {

namespace {

std::optional<RuleBreach> component_breach(std::string_view component) {
  if (component.empty()) return RuleBreach{"tar-path", "an empty path component"};
  if (component == "..") return RuleBreach{"tar-climbs", "'..' in the path"};
  if (component == ".") return RuleBreach{"tar-path", "'.' in the path"};
  if (component.size() > longest_component) {
    return RuleBreach{"tar-path", fmt::format("a name of more than {} bytes", longest_component)};
  }
  if (component.starts_with(".wh.")) {
    return RuleBreach{"tar-whiteout", "names beginning '.wh.' are whiteouts and cannot exist in an image"};
  }
  return std::nullopt;
}

std::optional<RuleBreach> type_breach(const TreeEntry& entry) {
  if (entry.path.empty() && entry.type != EntryType::directory && entry.type != EntryType::opaque) {
    return RuleBreach{"tar-root", "the root is no directory"};
  }
  if (entry.type == EntryType::symlink) {
    if (entry.link.empty()) return RuleBreach{"tar-link", "an empty symbolic link"};
    if (entry.link.size() > longest_link_text || entry.link.find('\0') != std::string::npos) {
      return RuleBreach{"tar-link", "the text of the symbolic link is too long or holds a NUL"};
    }
  }
  if (entry.type == EntryType::hardlink) {
    auto breach = path_breach(entry.link);
    if (!breach && entry.link.empty()) breach = RuleBreach{"tar-hardlink", "an empty name"};
    if (breach) {
      return RuleBreach{"tar-hardlink",
                        fmt::format("hard link to '{}': {}", shown_name(entry.link), breach->message)};
    }
  }
  const bool device = entry.type == EntryType::char_device || entry.type == EntryType::block_device;
  if (device && (entry.device_major > highest_major || entry.device_minor > highest_minor)) {
    return RuleBreach{"tar-number", "device numbers out of range"};
  }
  return std::nullopt;
}

std::optional<RuleBreach> number_breach(const TreeEntry& entry) {
  if (entry.attributes.mode > 07777) return RuleBreach{"tar-number", "mode out of range"};
  if (entry.attributes.uid > highest_id || entry.attributes.gid > highest_id) {
    return RuleBreach{"tar-number", "user or group id out of range (2^31 - 1 at most)"};
  }
  if (entry.mtime < 0 || entry.mtime > latest_mtime) {
    return RuleBreach{"tar-number", "modification time out of range (0 to 2^33 - 1)"};
  }
  if (entry.size > largest_file) return RuleBreach{"tar-number", "size out of range"};
  return std::nullopt;
}

std::optional<RuleBreach> xattr_breach(const Attributes& attributes) {
  std::size_t total = 0;
  for (const auto& [name, value] : attributes.xattrs) {
    const bool good_name = !name.empty() && name.size() <= 255 &&
                           name.find_first_of(std::string_view("=\0", 2)) == std::string::npos;
    if (!good_name) {
      return RuleBreach{"tar-xattr",
                        fmt::format("'{}' is no name of an extended attribute", shown_name(name))};
    }
    total += name.size() + value.size();
    if (value.size() > largest_xattr || total > largest_xattrs) {
      return RuleBreach{"tar-xattr", "extended attributes are too large"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<RuleBreach> path_breach(std::string_view path) {
  if (path.empty()) return std::nullopt;
  if (path.front() == '/') return RuleBreach{"tar-absolute", "the path is absolute"};
  if (path.find('\0') != std::string_view::npos) return RuleBreach{"tar-path", "a NUL in the path"};
  if (path.size() > longest_path) {
    return RuleBreach{"tar-path", fmt::format("the path is longer than {} bytes", longest_path)};
  }
  std::size_t depth = 0;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (auto breach = component_breach(path.substr(start, end - start))) return breach;
    if (++depth > deepest_path) {
      return RuleBreach{"tar-path", fmt::format("deeper than {} folders", deepest_path)};
    }
    start = end + 1;
  }
  return std::nullopt;
}

std::optional<RuleBreach> entry_breach(const TreeEntry& entry) {
  if (auto breach = path_breach(entry.path)) return breach;
  if (auto breach = type_breach(entry)) return breach;
  if (auto breach = number_breach(entry)) return breach;
  return xattr_breach(entry.attributes);
}

bool is_overlay_xattr(std::string_view name) {
  return name.starts_with("user.overlay.") || name.starts_with("trusted.overlay.");
}

std::string shown_name(std::string_view name) {
  constexpr std::size_t most = 160;
  if (name.size() <= most) return printable(name);
  return printable(name.substr(0, most)) + "[...]";
}

}  // namespace compose
