// RECIPE.md against the parsers: no key without its documentation.
#include <catch2/catch.hpp>
#include <set>

#include "golden_recipe.hpp"
#include "recipes/parse_policy.hpp"
#include "recipes/parse_recipe.hpp"

using namespace compose;

namespace {

std::string document() { return read_file(golden_folder() / "../../../recipes/RECIPE.md", 1u << 20); }

// A parser names its keys itself when it is asked for one that is near to none.
constexpr std::string_view far_key = "qqqqqqqqqqqqqqqqqqqqqqqq";

std::set<std::string> keys_in(std::string message) {
  static const std::string mark = "valid keys: ";
  const std::size_t at = message.find(mark);
  REQUIRE(at != std::string::npos);
  message = message.substr(at + mark.size());
  message = message.substr(0, message.find('\n'));
  std::set<std::string> keys;
  for (std::size_t begin = 0; begin < message.size();) {
    const std::size_t end = std::min(message.find(", ", begin), message.size());
    keys.insert(message.substr(begin, end - begin));
    begin = end + 2;
  }
  return keys;
}

template <typename Parse>
std::set<std::string> keys_of(const Parse& parse, const std::string& text) {
  try {
    parse(text);
  } catch (const Error& error) {
    return keys_in(std::string(error.what()) + "\n  hint: " + error.hint());
  }
  FAIL("accepted");
  return {};
}

void check_documented(const std::set<std::string>& keys) {
  static const std::string text = document();
  for (const std::string& key : keys) {
    CAPTURE(key);
    CHECK(text.find("| `" + key + "` |") != std::string::npos);
  }
}

}  // namespace

TEST_CASE("RECIPE.md: has every key of a recipe", "[recipes][document]") {
  const auto parse = [](const std::string& text) { static_cast<void>(parse_recipe(text, "r.toml")); };
  const std::string recipe = golden_text("recipe.toml");
  const std::string line = fmt::format("{} = 1\n", far_key);
  check_documented(keys_of(parse, line + recipe));
  // A new key in front of a known one of each table.
  const auto [at, known] = GENERATE(table<std::string, std::string>({{"name = \"shop/web\"", "compression"},
                                                                     {"key = \"keys/ops.asc\"", "may_write"},
                                                                     {"name = \"base\"", "xattrs"},
                                                                     {"team = \"release\"", "team"},
                                                                     {"entrypoint =", "workdir"},
                                                                     {"kind =", "path"},
                                                                     {"name = \"starts\"", "stderr"}}));
  const auto keys = keys_of(parse, edited(recipe, at, line + at));
  CHECK(keys.contains(known));
  check_documented(keys);
}

TEST_CASE("RECIPE.md: has every key inside of a stage's tables", "[recipes][document]") {
  const auto parse = [](const std::string& text) { static_cast<void>(parse_recipe(text, "r.toml")); };
  const std::string recipe = golden_text("recipe.toml");
  const auto [at, known] =
      GENERATE(table<std::string, std::string>({{"{ dir =", "subdir"}, {"{ match =", "owner"}}));
  const auto keys = keys_of(parse, edited(recipe, at, fmt::format("{{ {} = 1, {}", far_key, at.substr(2))));
  CHECK(keys.contains(known));
  check_documented(keys);
}

TEST_CASE("RECIPE.md: has every key of a policy", "[recipes][document]") {
  const auto parse = [](const std::string& text) {
    static_cast<void>(parse_policy(text, golden_folder() / "policy.toml"));
  };
  const std::string policy = golden_text("policy.toml") + "[log]\nsigned_by = [\"ops\"]\n";
  const std::string line = fmt::format("{} = 1\n", far_key);
  const auto [at, known] = GENERATE(table<std::string, std::string>({{"schema", "require"},
                                                                     {"name =", "name"},
                                                                     {"keys =", "keys"},
                                                                     {"stage =", "countersign_threshold"},
                                                                     {"signed_by = \"release\"", "signed_by"},
                                                                     {"signed_by = [", "signed_by"}}));
  const auto keys = keys_of(parse, edited(policy, at, line + at));
  CHECK(keys.contains(known));
  check_documented(keys);
}

TEST_CASE("RECIPE.md: its examples are valid", "[recipes][document]") {
  const std::string text = document();
  const std::string fence = "```toml\n";
  std::vector<std::string> examples;
  for (std::size_t at = text.find(fence); at != std::string::npos; at = text.find(fence, at)) {
    at += fence.size();
    const std::size_t end = text.find("```", at);
    REQUIRE(end != std::string::npos);
    examples.push_back(text.substr(at, end - at));
    at = end;
  }
  REQUIRE(examples.size() == 3);
  CHECK_NOTHROW(parse_recipe(examples[0], "recipe.toml"));
  CHECK_NOTHROW(parse_tests(examples[1], "tests.toml"));
  CHECK_NOTHROW(parse_policy(examples[2], golden_folder() / "policy.toml"));
}
