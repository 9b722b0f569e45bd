// The `exclude` globs of a stage: which paths of its source are left out. An excluded folder
// takes everything below it along.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace compose {

class ExcludeRules {
 public:
  explicit ExcludeRules(const std::vector<std::string>& globs);

  // Does a glob match this very path? For walks that ask for the parents first.
  [[nodiscard]] bool match(std::string_view path);
  // The same, or does one match a parent? For archives, whose order is their own.
  [[nodiscard]] bool cover(std::string_view path);

  // One notice for each glob that has matched nothing so far.
  void tell_unused(std::vector<std::string>& notices) const;

 private:
  struct Rule {
    std::string glob;
    bool used = false;
  };
  std::vector<Rule> rules_;
  std::map<std::string, bool, std::less<>> parents_;  // folders asked for → excluded
};

}  // namespace compose
