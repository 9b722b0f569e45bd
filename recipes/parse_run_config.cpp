#include "recipes/parse_run_config.hpp"

#include <fmt/format.h>

#include <set>

#include "recipes/path_rules.hpp"
#include "recipes/run_rules.hpp"

namespace compose {

namespace {

std::map<std::string, std::string> read_named(TableReader& table, std::string_view key, std::string_view word,
                                              Reason (*name_fault)(std::string_view)) {
  std::map<std::string, std::string> result;
  for (const NamedText& line : table.named_texts(key)) {
    if (const auto reason = name_fault(line.name.value)) {
      table.faults().add(line.name.place,
                         fmt::format("{} {} is not valid: {}", word, shown(line.name.value), *reason));
    }
    if (const auto reason = plain_text_fault(line.value.value)) {
      table.faults().add(line.value.place,
                         fmt::format("the value of {} is not valid: {}", shown(line.name.value), *reason));
    }
    result.emplace(line.name.value, line.value.value);
  }
  return result;
}

std::vector<std::string> read_ports(TableReader& table) {
  std::vector<std::string> ports;
  std::set<std::string> seen;
  for (const LocatedText& port : table.texts("ports", port_fault).value_or(std::vector<LocatedText>())) {
    const std::string full = full_port(port.value);
    if (!seen.insert(full).second) table.faults().add(port.place, fmt::format("port {} twice", shown(full)));
    ports.push_back(full);
  }
  return ports;
}

}  // namespace

std::vector<std::string> read_argv(TableReader& table, std::string_view key) {
  std::vector<std::string> argv;
  for (const LocatedText& word : table.texts(key, plain_text_fault).value_or(std::vector<LocatedText>())) {
    argv.push_back(word.value);
  }
  return argv;
}

RunConfig parse_run_config(TableReader& table) {
  RunConfig config;
  config.entrypoint = read_argv(table, "entrypoint");
  config.cmd = read_argv(table, "cmd");
  if (!config.entrypoint.empty() && config.entrypoint.front().empty()) {
    table.faults().add(table.place_of("entrypoint"), "'entrypoint' begins with an empty program name");
  }
  config.env = read_named(table, "env", "variable", env_name_fault);
  if (const auto user = table.text("user", user_fault)) config.user = user->value;
  if (const auto workdir = table.text("workdir", image_path_fault)) config.workdir = workdir->value;
  config.labels = read_named(table, "labels", "label", label_name_fault);
  config.ports = read_ports(table);
  table.finish();
  return config;
}

}  // namespace compose
