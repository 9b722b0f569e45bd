#include "inmate.hpp"

#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 2) return 100;
  const Arguments arguments(argv + 2, argv + argc);
  for (const auto* commands : {&sight_commands, &behaviour_commands, &attempt_commands}) {
    for (const NamedCommand& command : *commands) {
      if (command.name == std::string(argv[1])) return command.run(arguments);
    }
  }
  std::fprintf(stderr, "no command '%s'\n", argv[1]);
  return 101;
}
