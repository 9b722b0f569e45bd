// The sub-commands of `compose`, one file each. Each function adds its sub-command to the
// program, with its options and the work that it does when it is the one called.
#pragma once

namespace compose {

class CommandLine;

void add_build(CommandLine& program);
void add_check(CommandLine& program);
void add_copy(CommandLine& program);
void add_countersign(CommandLine& program);
void add_inspect(CommandLine& program);
void add_log(CommandLine& program);
void add_run(CommandLine& program);
void add_test(CommandLine& program);
void add_unpack(CommandLine& program);
void add_verify(CommandLine& program);

// Exit codes (design: the answer is no, usage, could not be done).
inline constexpr int exit_done = 0;
inline constexpr int exit_verdict = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_failure = 3;
inline constexpr int exit_sandbox = 125;

}  // namespace compose
