#include "composer/layer/tar_name.hpp"

#include <algorithm>

namespace compose {

CleanName clean_tar_name(std::string_view name) {
  const auto refused = [](std::string_view code, const char* message) {
    return CleanName{{}, false, RuleBreach{code, message}};
  };
  if (name.empty()) return refused("tar-path", "an empty name");
  if (name.front() == '/') return refused("tar-absolute", "the path is absolute");
  if (name.find('\0') != std::string_view::npos) return refused("tar-path", "a NUL in the path");
  CleanName clean;
  clean.trailing_slash = name.ends_with('/') || name.ends_with("/.") || name == ".";
  for (std::size_t start = 0; start < name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string_view component = name.substr(start, end - start);
    start = end + 1;
    if (component == "..") return refused("tar-climbs", "'..' in the path");
    if (component.empty() || component == ".") continue;
    if (!clean.path.empty()) clean.path += '/';
    clean.path += component;
  }
  return clean;
}

}  // namespace compose
