#include "recipes/test_suite.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <set>

#include "recipes/faults.hpp"
#include "recipes/path_rules.hpp"
#include "recipes/run_rules.hpp"
#include "recipes/stage_rules.hpp"
#include "signer/error.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

constexpr int our_schema = 1;

Json to_json(const SmokeTest& test) {
  Json object = {
      {"name", test.name}, {"run", test.run}, {"exit", test.exit}, {"within_ms", test.within.count()}};
  if (test.out) object["stdout"] = *test.out;
  if (test.err) object["stderr"] = *test.err;
  return object;
}

Json to_json(const Mount& mount) { return {{"kind", mount_kind_name(mount.kind)}, {"path", mount.path}}; }

// A member of an object whose other members were not looked at; verdict Errors.
const Json& member(const Json& object, const char* name) {
  if (!object.is_object()) throw verdict_error("an object was expected");
  const auto at = object.find(name);
  if (at == object.end()) throw verdict_error("no '{}'", name);
  return *at;
}

std::string text_of(const Json& value, Reason (*fault)(std::string_view)) {
  if (!value.is_string()) throw verdict_error("a string was expected");
  const auto& text = value.get_ref<const std::string&>();
  if (const auto reason = fault(text)) throw verdict_error("{} is not valid: {}", shown(text), *reason);
  return text;
}

std::int64_t number_of(const Json& value, std::int64_t least, std::int64_t most) {
  const bool fits =
      value.is_number_integer() &&
      (!value.is_number_unsigned() || value.get<std::uint64_t>() <= static_cast<std::uint64_t>(most));
  if (!fits || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most) {
    throw verdict_error("a whole number from {} to {} was expected", least, most);
  }
  return value.get<std::int64_t>();
}

const Json& list_of(const Json& value) {
  if (!value.is_array()) throw verdict_error("a list was expected");
  return value;
}

std::vector<std::string> argv_of(const Json& value) {
  std::vector<std::string> argv;
  for (const Json& word : list_of(value)) argv.push_back(text_of(word, plain_text_fault));
  if (argv.empty() || argv.front().empty()) throw verdict_error("'run' names no program");
  return argv;
}

SmokeTest smoke_test_of(const Json& object) {
  SmokeTest test;
  test.name = text_of(member(object, "name"), test_name_fault);
  test.run = argv_of(member(object, "run"));
  test.exit = static_cast<int>(number_of(member(object, "exit"), 0, 255));
  test.within = std::chrono::milliseconds(number_of(member(object, "within_ms"), 1, most_duration.count()));
  if (object.contains("stdout")) test.out = text_of(object["stdout"], pattern_fault);
  if (object.contains("stderr")) test.err = text_of(object["stderr"], pattern_fault);
  return test;
}

Mount mount_of(const Json& object) {
  const Json& kind = member(object, "kind");
  if (kind != "config" && kind != "data") throw verdict_error("a mount that is neither config nor data");
  return {kind == "data" ? MountKind::data : MountKind::config,
          text_of(member(object, "path"), mount_path_fault)};
}

TestSuite suite_of(const Json& object) {
  if (number_of(member(object, "schema"), our_schema, our_schema) != our_schema) return {};
  TestSuite suite;
  std::set<std::string> paths;
  for (const Json& mount : list_of(member(object, "mounts"))) {
    suite.mounts.push_back(mount_of(mount));
    if (!paths.insert(suite.mounts.back().path).second) {
      throw verdict_error("a second mount at {}", shown(suite.mounts.back().path));
    }
  }
  std::set<std::string> names;
  for (const Json& test : list_of(member(object, "tests"))) {
    suite.tests.push_back(smoke_test_of(test));
    if (!names.insert(suite.tests.back().name).second) {
      throw verdict_error("a second test named {}", shown(suite.tests.back().name));
    }
  }
  return suite;
}

}  // namespace

std::string encode_tests(const TestSuite& suite) {
  Json mounts = Json::array();
  for (const Mount& mount : suite.mounts) mounts.push_back(to_json(mount));
  Json tests = Json::array();
  for (const SmokeTest& test : suite.tests) tests.push_back(to_json(test));
  return canonical_json(Json{{"schema", our_schema}, {"mounts", mounts}, {"tests", tests}});
}

TestSuite decode_tests(std::string_view bytes) {
  return with_context(
      [bytes] {
        TestSuite suite = suite_of(parse_strict_json(bytes));
        // There is one spelling of every suite; this also refuses members that nobody asked for.
        if (encode_tests(suite) != bytes) throw verdict_error("unknown members or not canonical JSON");
        return suite;
      },
      "tests of the image");
}

}  // namespace compose
