// Why this machine may refuse a sandbox, and what to do about it: the kernel says only
// "Operation not permitted".
#pragma once

#include <string>

#include "runner/child_report.hpp"

namespace compose {

// One line for a set-up step that failed with this errno; empty when there is nothing to say.
[[nodiscard]] std::string advice_for(SetupStep step, int error);

}  // namespace compose
