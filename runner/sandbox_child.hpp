// The child after the clone, from new namespaces to init.
#pragma once

#include "runner/prepared_run.hpp"

namespace compose {

// Sets everything up and becomes init; what fails is reported through run.control. Only
// async-signal-safe code runs from here on: the process may be a copy of one with threads.
[[noreturn]] void sandbox_child(PreparedRun& run);

}  // namespace compose
