#include "composer/cli/nearest_command.hpp"

#include "recipes/nearest_name.hpp"

namespace compose {

std::optional<std::string> nearest_command(std::string_view word) {
  return nearest_name(
      word, {"build", "check", "copy", "countersign", "inspect", "log", "run", "test", "unpack", "verify"});
}

}  // namespace compose
