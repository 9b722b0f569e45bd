// The command line as the sub-commands see it; only command_line.cpp knows the library that
// parses it (which is slow to compile).
#pragma once

#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace compose {

// What one sub-command takes. Names are as typed: "recipe" (by position), "-o,--output".
class Arguments {
 public:
  struct State;
  explicit Arguments(std::shared_ptr<State> state) : state_(std::move(state)) {}

  Arguments& position(const std::string& name, std::string& value, const std::string& help,
                      const std::string& type = "");
  Arguments& rest(const std::string& name, std::vector<std::string>& values, const std::string& help);
  Arguments& option(const std::string& names, std::string& value, const std::string& help,
                    const std::string& type);
  Arguments& required_option(const std::string& names, std::string& value, const std::string& help,
                             const std::string& type);
  // May be given several times, one value each.
  Arguments& option(const std::string& names, std::vector<std::string>& values, const std::string& help,
                    const std::string& type);
  Arguments& number(const std::string& names, double& value, double least, double most,
                    const std::string& help, const std::string& type);
  Arguments& choice(const std::string& names, std::string& value, std::initializer_list<std::string> values,
                    const std::string& help, const std::string& type);
  Arguments& flag(const std::string& names, bool& value, const std::string& help);
  // The two options cannot be given together.
  Arguments& either(const std::string& one, const std::string& other);
  // What stands below the options in --help: an example first.
  Arguments& footer(const std::string& text);
  // Does the work and gives the exit status.
  void run(std::function<int()> work);

 private:
  std::shared_ptr<State> state_;
};

class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& description, const std::string& footer,
              const std::string& version);
  ~CommandLine();
  [[nodiscard]] Arguments command(const std::string& name, const std::string& description);
  [[nodiscard]] bool has_command(const std::string& name) const;
  // Parses, runs the sub-command that was called and gives its exit status. --help and --version
  // print and give 0. Usage Errors for what does not parse.
  int run(std::vector<std::string> arguments);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
