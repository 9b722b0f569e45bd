#include "composer/run/image_user.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <ranges>

#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

namespace {

constexpr std::size_t most_bytes = 1u << 20;
constexpr std::uint32_t most_id = 0x7fffffff;

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size() || value > most_id) return std::nullopt;
  return value;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

// The fields of the first line for which `fits` holds.
template <typename Fits>
std::optional<std::vector<std::string_view>> find_line(std::string_view file, std::size_t fields,
                                                       Fits&& fits) {
  for (const auto line : split(file, '\n')) {
    auto parts = split(line, ':');
    if (parts.size() >= fields && fits(parts)) return parts;
  }
  return std::nullopt;
}

std::uint32_t resolve_group(std::string_view name, std::string_view group) {
  if (const auto gid = number(name)) return *gid;
  const auto line = find_line(group, 4, [&](const auto& parts) { return parts[0] == name; });
  const auto gid = line ? number((*line)[2]) : std::nullopt;
  if (!gid) throw verdict_error("group '{}' is not in the image's /etc/group", printable(name));
  return *gid;
}

std::vector<std::uint32_t> groups_of(std::string_view user, std::string_view group) {
  std::vector<std::uint32_t> groups;
  for (const auto line : split(group, '\n')) {
    const auto parts = split(line, ':');
    if (parts.size() < 4) continue;
    const auto members = split(parts[3], ',');
    const auto gid = number(parts[2]);
    if (gid && std::ranges::find(members, user) != members.end()) groups.push_back(*gid);
  }
  return groups;
}

UniqueFd open_inside(int root, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
}

}  // namespace

ImageUser resolve_user(std::string_view user, std::string_view passwd, std::string_view group) {
  ImageUser resolved;
  if (user.empty()) user = "0";
  const auto colon = user.find(':');
  const std::string_view name = user.substr(0, colon);
  const auto uid = number(name);
  const auto line = find_line(
      passwd, 6, [&](const auto& parts) { return uid ? number(parts[2]) == uid : parts[0] == name; });
  const auto known_uid = line ? number((*line)[2]) : std::nullopt;
  if (!uid && !known_uid) throw verdict_error("user '{}' is not in the image's /etc/passwd", printable(name));
  resolved.uid = uid ? *uid : *known_uid;
  if (line) {
    resolved.gid = number((*line)[3]).value_or(0);
    if (!(*line)[5].empty()) resolved.home = (*line)[5];
  }
  if (colon != std::string_view::npos) {
    resolved.gid = resolve_group(user.substr(colon + 1), group);
  } else if (line) {
    resolved.groups = groups_of((*line)[0], group);
  }
  return resolved;
}

std::string read_image_file(const std::vector<std::filesystem::path>& lower, const std::string& path) {
  for (const auto& layer : lower | std::views::reverse) {
    const UniqueFd root(::open(layer.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const UniqueFd file = root ? open_inside(root.get(), path) : UniqueFd();
    if (!file) continue;
    struct stat status {};
    // A whiteout is a 0:0 character device: the file was removed by this layer.
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) return {};
    if (static_cast<std::size_t>(status.st_size) > most_bytes) {
      throw verdict_error("{}: larger than {} bytes", path, most_bytes);
    }
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    text.resize(read_at(file.get(), std::as_writable_bytes(std::span(text)), 0, path));
    return text;
  }
  return {};
}

}  // namespace compose
