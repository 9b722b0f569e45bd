// The commands of the program that the runner's tests run inside the sandbox.
#pragma once

#include <string>
#include <vector>

using Arguments = std::vector<std::string>;

// Each returns the exit status of the program.
using Command = int (*)(const Arguments&);

struct NamedCommand {
  const char* name;
  Command run;
};

// What it sees: ids, capabilities, files, the environment.
extern const std::vector<NamedCommand> sight_commands;
// What it does: output, signals, processes, sockets.
extern const std::vector<NamedCommand> behaviour_commands;
// What it must not be able to do: exit 0 and the errno's name when denied, 1 when it worked.
extern const std::vector<NamedCommand> attempt_commands;
