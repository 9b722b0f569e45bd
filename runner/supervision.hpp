// Watching a sandbox from outside until it has ended: reports, output, signals, the deadline.
#pragma once

#include <optional>

#include "runner/captured_output.hpp"
#include "runner/child_report.hpp"
#include "runner/sandbox.hpp"
#include "runner/spawn.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

class SignalForwarding;

// The parent's ends of the program's output; empty when it goes elsewhere.
struct OutputPipes {
  UniqueFd out;
  UniqueFd err;
};

struct Ending {
  std::optional<ChildReport> last;  // what the child said last
  bool timed_out = false;
  CapturedOutput out;
  CapturedOutput err;
};

// Returns when every process of the sandbox is gone. Waits for that only, never for the end of
// the output: whatever holds the pipe cannot hold us up.
[[nodiscard]] Ending supervise(SandboxChild& child, OutputPipes pipes, const SignalForwarding* signals,
                               const RunPlan& plan);

}  // namespace compose
