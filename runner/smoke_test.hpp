// One smoke test: a run, and what it must have done.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "runner/sandbox.hpp"

namespace compose {

struct Expectation {
  int exit = 0;
  std::optional<std::string> out;  // RE2, ^ and $ at line ends, unanchored search
  std::optional<std::string> err;
};

struct SmokeVerdict {
  enum class Outcome { passed, failed, not_run };  // not_run: the sandbox could not be set up
  Outcome outcome = Outcome::not_run;
  std::vector<std::string> reasons;  // what was expected and what was seen; empty when passed
  RunResult result;
};

// Is `pattern` a valid expression? The reason if not.
[[nodiscard]] std::optional<std::string> expression_fault(const std::string& pattern);

[[nodiscard]] SmokeVerdict judge(const Expectation& expectation, RunResult result);

}  // namespace compose
