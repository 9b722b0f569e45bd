#include "recipes/path_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "recipes/faults.hpp"

namespace compose {

namespace {

constexpr std::size_t most_path = 4095;      // PATH_MAX without its NUL
constexpr std::size_t most_component = 255;  // NAME_MAX

Reason component_fault(std::string_view part) {
  if (part.empty()) return "'//' or a '/' at the end";
  if (part == "." || part == "..") return fmt::format("a '{}' component", part);
  if (part.size() > most_component) return fmt::format("a name of more than {} bytes", most_component);
  if (part.starts_with(".wh.")) return "names that begin with '.wh.' mark whiteouts in OCI layers";
  return std::nullopt;
}

Reason components_fault(std::string_view path) {
  if (path.size() > most_path) return fmt::format("longer than {} bytes", most_path);
  if (path.find('\0') != std::string_view::npos) return "a NUL byte";
  for (;;) {
    const std::size_t slash = path.find('/');
    if (auto reason = component_fault(path.substr(0, slash))) return reason;
    if (slash == std::string_view::npos) return std::nullopt;
    path.remove_prefix(slash + 1);
  }
}

bool is_scheme(std::string_view text) {
  if (text.empty() || std::isalpha(static_cast<unsigned char>(text.front())) == 0) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
  });
}

}  // namespace

Reason image_path_fault(std::string_view path) {
  if (path == "/") return std::nullopt;
  if (!path.starts_with('/')) return "a path in the image begins with '/'";
  return components_fault(path.substr(1));
}

Reason below_root_fault(std::string_view path) {
  if (path == "/") return "the root itself is not possible here";
  return image_path_fault(path);
}

Reason mount_path_fault(std::string_view path) {
  static constexpr std::array<std::string_view, 3> made = {"/proc", "/sys", "/dev"};
  for (const std::string_view place : made) {
    if (path == place || (path.starts_with(place) && path[place.size()] == '/')) {
      return fmt::format("{} is made anew for every run", place);
    }
  }
  return below_root_fault(path);
}

Reason inner_path_fault(std::string_view path) {
  if (path.empty()) return "empty";
  if (path.starts_with('/')) return "a path inside of a source is relative";
  return components_fault(path);
}

Reason host_path_fault(std::string_view path) {
  if (path.empty()) return "empty";
  if (path.size() > most_path) return fmt::format("longer than {} bytes", most_path);
  if (path.find('\0') != std::string_view::npos) return "a NUL byte";
  return std::nullopt;
}

std::filesystem::path anchored(const std::filesystem::path& folder, std::string_view path) {
  std::filesystem::path whole = folder / std::filesystem::path(path);
  const bool climbs = std::find(whole.begin(), whole.end(), "..") != whole.end();
  if (!climbs) whole = whole.lexically_normal();
  // A '/' at the end would follow a symbolic link where none should be followed.
  if (!whole.has_filename() && whole.has_relative_path()) whole = whole.parent_path();
  return whole;
}

bool is_git_url(std::string_view location) {
  const std::size_t scheme_end = location.find("://");
  if (scheme_end != std::string_view::npos && is_scheme(location.substr(0, scheme_end))) return true;
  const std::size_t at = location.find('@');
  const std::size_t colon = location.find(':');
  const std::size_t slash = location.find('/');
  return at != std::string_view::npos && at > 0 && colon != std::string_view::npos && at < colon &&
         colon < slash;
}

}  // namespace compose
