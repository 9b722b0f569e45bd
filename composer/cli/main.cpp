// compose: from a recipe to a signed image, and from an image to a verdict.

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/nearest_command.hpp"
#include "composer/cli/standard_streams.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace {

using namespace compose;

constexpr const char* description =
    "Composes OCI images from signed layers of different teams, and verifies their custody.\n\n"
    "  compose recipe.toml                          build, sign, test, seal\n"
    "  compose verify out:1.0 --policy policy.toml  trust the answer\n"
    "  compose COMMAND --help                       options and an example";

constexpr const char* exit_codes =
    "Exit status: 0 done, everything holds; 1 the answer is no; 2 usage, recipe, policy or a source is\n"
    "wrong; 3 it could not be done. `compose run` gives the program's own (see its --help).";

void add_all(CommandLine& program) {
  add_build(program);
  add_check(program);
  add_verify(program);
  add_countersign(program);
  add_log(program);
  add_unpack(program);
  add_copy(program);
  add_run(program);
  add_test(program);
  add_inspect(program);
}

// A word that is neither a file nor a command deserves a better answer than what its options say.
void hold_recipe_exists(const std::string& recipe) {
  std::error_code fault;
  if (recipe.starts_with('-') || std::filesystem::exists(recipe, fault)) return;
  const auto near = nearest_command(recipe);
  throw Error(ErrorKind::usage, fmt::format("open {}: No such file or directory", printable(recipe)),
              near ? fmt::format("did you mean `compose {}`?", *near)
                   : "an argument that is no command is a recipe; see `compose --help`");
}

// `compose RECIPE …` is `compose build RECIPE …`.
std::vector<std::string> with_command(const CommandLine& program, std::vector<std::string> arguments) {
  static const std::set<std::string> own = {"-h", "--help", "--version"};
  if (arguments.empty() || own.contains(arguments.front())) return arguments;
  if (program.has_command(arguments.front())) return arguments;
  hold_recipe_exists(arguments.front());
  arguments.insert(arguments.begin(), "build");
  return arguments;
}

int report(const Error& error) {
  fmt::print(stderr, "compose: error: {}\n", printable_lines(error.what()));
  if (!error.hint().empty()) fmt::print(stderr, "compose: hint: {}\n", printable_lines(error.hint()));
  return static_cast<int>(error.kind());
}

int run(std::vector<std::string> arguments) {
  CommandLine program("compose", description, exit_codes, "compose " COMPOSE_VERSION);
  add_all(program);
  return program.run(with_command(program, std::move(arguments)));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, told as one
  std::signal(SIGXFSZ, SIG_IGN);  // and so is a file that may not grow any more
  ::umask(::umask(077) & 077);    // whatever the caller's says, we may use what we make
  open_standard_streams();
  int status = exit_failure;
  try {
    status = run({argv + 1, argv + argc});
  } catch (...) {
    status = report(current_error());
  }
  return flush_standard_output() ? status : std::max(status, exit_failure);
}
