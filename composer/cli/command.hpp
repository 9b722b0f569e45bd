// The sub-commands of `compose`, one file each. Each function adds its sub-command to the
// program; when it is the one called, it does the work and sets the exit status.
#pragma once

namespace CLI {
class App;
}

namespace compose {

void add_build(CLI::App& program, int& status);
void add_check(CLI::App& program, int& status);
void add_copy(CLI::App& program, int& status);
void add_countersign(CLI::App& program, int& status);
void add_inspect(CLI::App& program, int& status);
void add_log(CLI::App& program, int& status);
void add_run(CLI::App& program, int& status);
void add_test(CLI::App& program, int& status);
void add_unpack(CLI::App& program, int& status);
void add_verify(CLI::App& program, int& status);

// Exit codes (design: the answer is no, usage, could not be done).
inline constexpr int exit_done = 0;
inline constexpr int exit_verdict = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_failure = 3;
inline constexpr int exit_sandbox = 125;

}  // namespace compose
