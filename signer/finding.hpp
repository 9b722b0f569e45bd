// What a check or a verification found: values, all of them, never only the first.
#pragma once

#include <string>
#include <vector>

namespace compose {

// One thing that is wrong (or, as a notice, worth knowing). `code` is stable and part of the
// JSON interface: lower-case words joined by '-'.
struct Finding {
  std::string code;     // "layer-digest", "signature-bad", …
  std::string where;    // "layer 2", "stage 'base'", "entry sha256:…"; may be empty
  std::string message;  // what was expected and what was found
  std::string hint;     // what to do; may be empty
  bool operator==(const Finding&) const = default;
};

using Findings = std::vector<Finding>;

}  // namespace compose
