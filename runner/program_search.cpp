#include "runner/program_search.hpp"

#include <string_view>

namespace compose {

namespace {

constexpr std::string_view usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::string_view path_of(const std::vector<std::string>& env) {
  for (const std::string& entry : env) {
    if (entry.starts_with("PATH=")) return std::string_view(entry).substr(5);
  }
  return usual_path;
}

}  // namespace

std::vector<std::string> program_candidates(const std::string& name, const std::vector<std::string>& env) {
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> candidates;
  std::string_view rest = path_of(env);
  for (bool more = true; more;) {
    const std::size_t colon = rest.find(':');
    const std::string_view folder = rest.substr(0, colon);
    candidates.push_back(folder.empty() ? "./" + name : std::string(folder) + "/" + name);
    more = colon != std::string_view::npos;
    if (more) rest.remove_prefix(colon + 1);
  }
  return candidates;
}

}  // namespace compose
