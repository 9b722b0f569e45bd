#include "composer/source/exclude_rules.hpp"

#include <fmt/format.h>

#include "signer/path_glob.hpp"
#include "signer/printable.hpp"

namespace compose {

ExcludeRules::ExcludeRules(const std::vector<std::string>& globs) {
  for (const std::string& glob : globs) rules_.push_back({glob});
}

bool ExcludeRules::match(std::string_view path) {
  bool excluded = false;
  for (Rule& rule : rules_) {  // all of them: each wants to know whether it is of use
    if (!glob_matches(rule.glob, path)) continue;
    rule.used = true;
    excluded = true;
  }
  return excluded;
}

bool ExcludeRules::cover(std::string_view path) {
  if (rules_.empty()) return false;
  for (std::size_t end = path.find('/'); end != std::string_view::npos; end = path.find('/', end + 1)) {
    const std::string_view parent = path.substr(0, end);
    auto known = parents_.find(parent);
    if (known == parents_.end()) known = parents_.emplace(parent, match(parent)).first;
    if (known->second) return true;
  }
  return match(path);
}

void ExcludeRules::tell_unused(std::vector<std::string>& notices) const {
  for (const Rule& rule : rules_) {
    if (!rule.used) notices.push_back(fmt::format("exclude '{}' matches nothing", printable(rule.glob)));
  }
}

}  // namespace compose
