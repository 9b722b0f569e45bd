// compose: from a recipe to a signed image, and from an image to a verdict.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "composer/cli/command.hpp"
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

void add_all(CLI::App& program, int& status) {
  add_build(program, status);
  add_check(program, status);
  add_verify(program, status);
  add_countersign(program, status);
  add_log(program, status);
  add_unpack(program, status);
  add_copy(program, status);
  add_run(program, status);
  add_test(program, status);
  add_inspect(program, status);
}

// `compose RECIPE …` is `compose build RECIPE …`.
std::vector<std::string> with_command(const CLI::App& program, std::vector<std::string> arguments) {
  static const std::set<std::string> own = {"-h", "--help", "--version", "--help-all"};
  if (arguments.empty() || own.contains(arguments.front())) return arguments;
  const auto commands = program.get_subcommands({});
  const bool named = std::ranges::any_of(
      commands, [&](const CLI::App* command) { return command->get_name() == arguments.front(); });
  if (!named) arguments.insert(arguments.begin(), "build");
  return arguments;
}

int report(const Error& error) {
  fmt::print(stderr, "compose: error: {}\n", printable_lines(error.what()));
  if (!error.hint().empty()) fmt::print(stderr, "compose: hint: {}\n", printable_lines(error.hint()));
  return static_cast<int>(error.kind());
}

int run(std::vector<std::string> arguments) {
  int status = exit_done;
  CLI::App program(description, "compose");
  program.footer(exit_codes);
  program.set_version_flag("--version", "compose " COMPOSE_VERSION);
  program.require_subcommand(1);
  add_all(program, status);
  arguments = with_command(program, std::move(arguments));
  std::reverse(arguments.begin(), arguments.end());  // as the library wants them
  try {
    program.parse(std::move(arguments));
  } catch (const CLI::Success& success) {
    return program.exit(success);  // --help, --version
  } catch (const CLI::ParseError& fault) {
    fmt::print(stderr, "compose: error: {}\n", printable_lines(fault.what()));
    fmt::print(stderr, "compose: hint: see `compose --help`, or `compose COMMAND --help`\n");
    return exit_usage;
  }
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write, told as one
  open_standard_streams();
  int status = exit_failure;
  try {
    status = run({argv + 1, argv + argc});
  } catch (...) {
    status = report(current_error());
  }
  return flush_standard_output() ? status : std::max(status, exit_failure);
}
