// A small image for the runner's tests: one layer with a static program that tries things.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "runner/sandbox.hpp"

namespace compose {

// Why there can be no sandbox on this machine; empty when there can. Tests that need one say so
// loudly and end (see NEEDS_SANDBOX).
[[nodiscard]] const std::string& no_sandbox_reason();

#define NEEDS_SANDBOX                                                   \
  if (!compose::no_sandbox_reason().empty()) {                          \
    WARN("SKIPPED, no sandbox here: " << compose::no_sandbox_reason()); \
    return;                                                             \
  }

// A folder of its own that vanishes; `layer` holds /bin/inmate.
class Prison {
 public:
  Prison();
  ~Prison();
  Prison(const Prison&) = delete;
  Prison& operator=(const Prison&) = delete;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path layer() const { return folder_ / "layer"; }
  // A folder beside the layer: another layer, or something to mount.
  [[nodiscard]] std::filesystem::path make(const std::string& name) const;
  // A plan that runs the inmate with these arguments.
  [[nodiscard]] RunPlan plan(std::vector<std::string> arguments) const;
  [[nodiscard]] RunResult run(std::vector<std::string> arguments) const;

 private:
  std::filesystem::path folder_;
};

void write_text(const std::filesystem::path& file, const std::string& text);
[[nodiscard]] std::string read_text(const std::filesystem::path& file);

// Processes of this machine that have `word` among their arguments.
[[nodiscard]] std::size_t processes_with(const std::string& word);
// The parent of such a process; 0 when there is none.
[[nodiscard]] pid_t parent_of_process_with(const std::string& word);
// Waits up to ten seconds for exactly that many.
[[nodiscard]] bool wait_for_processes(const std::string& word, std::size_t count);

}  // namespace compose
