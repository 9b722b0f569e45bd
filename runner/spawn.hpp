// From a prepared plan to a running child in its own namespaces.
#pragma once

#include "runner/prepared_run.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

// The child as the parent holds it. Destroying it kills the whole sandbox and reaps it.
class SandboxChild {
 public:
  SandboxChild(UniqueFd process, UniqueFd control);
  SandboxChild(SandboxChild&&) = default;
  SandboxChild& operator=(SandboxChild&&) = delete;
  ~SandboxChild();

  [[nodiscard]] int process() const { return process_.get(); }  // readable when it has ended
  [[nodiscard]] int control() const { return control_.get(); }
  void kill() const;  // ends every process of the sandbox
  void reap();        // waits for the end

 private:
  UniqueFd process_;
  UniqueFd control_;
};

// Throws SetupFault. `run.stdio` must be set; the rest of what it takes is made here.
[[nodiscard]] SandboxChild spawn(PreparedRun& run);

}  // namespace compose
