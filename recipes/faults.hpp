// What is wrong with a recipe or a policy: collected, so that a person sees all of it at once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "recipes/recipe.hpp"
#include "recipes/toml_value.hpp"
#include "signer/error.hpp"

namespace compose {

struct Fault {
  Place place;
  std::string message;
  std::string hint;  // may be empty
};

class Faults {
 public:
  // `file` names the text in messages.
  explicit Faults(std::string file) : file_(std::move(file)) {}

  void add(Place place, std::string message, std::string hint = {});
  // Enough collected to say no; more are dropped, so callers need not look for them.
  [[nodiscard]] bool full() const;
  [[nodiscard]] bool empty() const { return faults_.empty(); }
  [[nodiscard]] std::size_t count() const { return faults_.size(); }
  [[nodiscard]] SourcePosition position(Place place) const;

  // Throws a usage Error "file:line:column: message" if there are any: in the order of the
  // text, one a line, at most ten; each hint follows its message, the last is the Error's own.
  void throw_if_any() const;

 private:
  std::string file_;
  std::vector<Fault> faults_;
};

// One fault alone, as an Error.
[[nodiscard]] Error fault_error(const std::string& file, const Fault& fault);

// Text of the author's for a message: printable, cut when long.
[[nodiscard]] std::string excerpt(std::string_view text);
// The same in single quotes.
[[nodiscard]] std::string shown(std::string_view text);

}  // namespace compose
