#include "recipes/parse_tests.hpp"

#include <fmt/format.h>

#include <set>

#include "recipes/parse_run_config.hpp"
#include "recipes/path_rules.hpp"
#include "recipes/run_rules.hpp"
#include "recipes/stage_rules.hpp"

namespace compose {

namespace {

constexpr std::int64_t most_exit = 255;

Reason mount_kind_fault(std::string_view kind) {
  if (kind == "config" || kind == "data") return std::nullopt;
  return "choose 'config' or 'data'";
}

Reason duration_fault(std::string_view text) {
  if (parse_duration(text)) return std::nullopt;
  return "a duration is a number with 'ms', 's' or 'm', more than 0 and at most '60m'";
}

std::optional<std::string> read_pattern(TableReader& table, std::string_view key,
                                        const ExpressionRule& rule) {
  const auto text = table.text(key, [&rule](std::string_view pattern) -> Reason {
    if (auto reason = pattern_fault(pattern)) return reason;
    return rule ? rule(std::string(pattern)) : std::nullopt;
  });
  return text ? std::optional(text->value) : std::nullopt;
}

std::vector<std::string> read_run(TableReader& table) {
  if (!table.has("run")) table.missing("run");
  std::vector<std::string> argv = read_argv(table, "run");
  const TomlMember* member = table.table().find("run");
  const bool is_list = member && std::holds_alternative<TomlArray>(member->value.data);
  if (is_list && (argv.empty() || argv.front().empty())) {
    table.faults().add(member->value.place, "'run' names no program");
  }
  return argv;
}

SmokeTest parse_smoke_test(TableReader& table, const ExpressionRule& rule) {
  SmokeTest test;
  test.name = table.needed_text("name", test_name_fault).value;
  test.run = read_run(table);
  if (const auto exit = table.integer("exit")) {
    if (exit->value < 0 || exit->value > most_exit) {
      table.faults().add(exit->place,
                         fmt::format("'exit' is {}, but a status is from 0 to 255", exit->value));
    } else {
      test.exit = static_cast<int>(exit->value);
    }
  }
  test.out = read_pattern(table, "stdout", rule);
  test.err = read_pattern(table, "stderr", rule);
  const auto within = table.text("within", duration_fault);
  if (within) test.within = parse_duration(within->value).value_or(test.within);
  table.finish();
  return test;
}

}  // namespace

std::vector<Mount> parse_mounts(TableReader& root) {
  std::vector<Mount> mounts;
  std::set<std::string> seen;
  for (TableReader& table : root.sub_tables("mount")) {
    const bool data = table.needed_text("kind", mount_kind_fault).value == "data";
    const LocatedText path = table.needed_text("path", mount_path_fault);
    if (!path.value.empty() && !seen.insert(path.value).second) {
      table.faults().add(path.place, fmt::format("a second mount at {}", shown(path.value)));
    }
    mounts.push_back({data ? MountKind::data : MountKind::config, path.value});
    table.finish();
  }
  return mounts;
}

std::vector<SmokeTest> parse_smoke_tests(TableReader& root, const ExpressionRule& expression_rule) {
  std::vector<SmokeTest> tests;
  std::set<std::string> seen;
  for (TableReader& table : root.sub_tables("test")) {
    SmokeTest test = parse_smoke_test(table, expression_rule);
    if (!test.name.empty() && !seen.insert(test.name).second) {
      table.faults().add(table.place_of("name"), fmt::format("a second test named {}", shown(test.name)));
    }
    tests.push_back(std::move(test));
  }
  return tests;
}

}  // namespace compose
