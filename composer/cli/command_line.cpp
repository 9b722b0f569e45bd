#include "composer/cli/command_line.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

struct CommandLine::State {
  CLI::App program;
  int status = 0;
};

struct Arguments::State {
  CLI::App* command = nullptr;
  int* status = nullptr;
};

Arguments& Arguments::position(const std::string& name, std::string& value, const std::string& help,
                               const std::string& type) {
  state_->command->add_option(name, value, help)->required()->type_name(type);
  return *this;
}

Arguments& Arguments::rest(const std::string& name, std::vector<std::string>& values,
                           const std::string& help) {
  state_->command->add_option(name, values, help)->type_name("...");
  return *this;
}

Arguments& Arguments::option(const std::string& names, std::string& value, const std::string& help,
                             const std::string& type) {
  state_->command->add_option(names, value, help)->type_name(type);
  return *this;
}

Arguments& Arguments::required_option(const std::string& names, std::string& value, const std::string& help,
                                      const std::string& type) {
  state_->command->add_option(names, value, help)->type_name(type)->required();
  return *this;
}

Arguments& Arguments::option(const std::string& names, std::vector<std::string>& values,
                             const std::string& help, const std::string& type) {
  state_->command->add_option(names, values, help)->type_name(type)->allow_extra_args(false)->take_all();
  return *this;
}

Arguments& Arguments::number(const std::string& names, double& value, double least, double most,
                             const std::string& help, const std::string& type) {
  state_->command->add_option(names, value, help)->type_name(type)->check(CLI::Range(least, most));
  return *this;
}

Arguments& Arguments::choice(const std::string& names, std::string& value,
                             std::initializer_list<std::string> values, const std::string& help,
                             const std::string& type) {
  state_->command->add_option(names, value, help)
      ->type_name(type)
      ->check(CLI::IsMember(std::vector<std::string>(values)));
  return *this;
}

Arguments& Arguments::flag(const std::string& names, bool& value, const std::string& help) {
  state_->command->add_flag(names, value, help);
  return *this;
}

Arguments& Arguments::either(const std::string& one, const std::string& other) {
  state_->command->get_option(one)->excludes(state_->command->get_option(other));
  return *this;
}

Arguments& Arguments::footer(const std::string& text) {
  state_->command->footer(text);
  return *this;
}

void Arguments::run(std::function<int()> work) {
  state_->command->callback([work = std::move(work), status = state_->status] { *status = work(); });
}

CommandLine::CommandLine(const std::string& name, const std::string& description, const std::string& footer,
                         const std::string& version)
    : state_(std::make_unique<State>()) {
  state_->program.name(name);
  state_->program.description(description);
  state_->program.footer(footer);
  state_->program.set_version_flag("--version", version);
  state_->program.require_subcommand(1);
}

CommandLine::~CommandLine() = default;

Arguments CommandLine::command(const std::string& name, const std::string& description) {
  auto state = std::make_shared<Arguments::State>();
  state->command = state_->program.add_subcommand(name, description);
  state->status = &state_->status;
  return Arguments(std::move(state));
}

bool CommandLine::has_command(const std::string& name) const {
  const auto commands = state_->program.get_subcommands({});
  return std::ranges::any_of(commands, [&](const CLI::App* command) { return command->get_name() == name; });
}

int CommandLine::run(std::vector<std::string> arguments) {
  std::reverse(arguments.begin(), arguments.end());  // as the library wants them
  try {
    state_->program.parse(std::move(arguments));
  } catch (const CLI::Success& success) {
    return state_->program.exit(success);  // --help, --version
  } catch (const CLI::ParseError& fault) {
    std::string text = printable(fault.what());
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    throw Error(ErrorKind::usage, text, "see `compose --help`, or `compose COMMAND --help`");
  }
  return state_->status;
}

}  // namespace compose
