#include "recipes/toml_bounds.hpp"

#include <catch2/catch.hpp>

using namespace compose;

namespace {

std::string dotted(std::size_t parts, const std::string& part = "a") {
  std::string key = part;
  for (std::size_t i = 1; i < parts; ++i) key += "." + part;
  return key;
}

}  // namespace

TEST_CASE("toml_bounds: ordinary depth passes", "[recipes][toml]") {
  CHECK_FALSE(find_toml_excess(""));
  CHECK_FALSE(find_toml_excess(dotted(most_key_parts) + " = 1\n[" + dotted(most_key_parts) + "]\n"));
  CHECK_FALSE(find_toml_excess("x = " + std::string(most_nesting, '[') + std::string(most_nesting, ']')));
  CHECK_FALSE(find_toml_excess(
      "x = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5]"));
}

TEST_CASE("toml_bounds: dots and brackets in strings and comments do not count", "[recipes][toml]") {
  const std::string dots(100, '.');
  const std::string brackets(100, '[');
  const auto text = GENERATE_COPY(values<std::string>({
      "x = \"" + dots + brackets + "\"",
      "x = '" + dots + brackets + "'",
      "x = \"\"\"" + dots + "\n" + brackets + "\"\"\"",
      "x = '''" + dots + "\n" + brackets + "'''",
      "# " + dots + brackets,
      "\"" + dots + brackets + "\" = 1",
      "x = \"\\\"" + dots + brackets + "\"",
      "x = \"\"\"a\\\"\"\"" + brackets + "\"\"\"",
      "x = \"\"\"\"" + brackets + "\"\"\"",
      "x = ''''" + brackets + "'''",
      "x = '\\'\ny = '" + brackets + "'",
  }));
  CAPTURE(text);
  CHECK_FALSE(find_toml_excess(text));
}

TEST_CASE("toml_bounds: depth behind any string is seen", "[recipes][toml]") {
  const std::string deep = dotted(most_key_parts + 1) + " = 1\n";
  const auto before = GENERATE(as<std::string>{}, "", "x = \"a\"\n", "x = ''\n", "x = \"\"\n",
                               "x = \"\"\"\"\"\"\n", "x = \"\"\"a\"\"\"\"\n", "x = \"\"\"a\"\"\"\"\"\n",
                               "x = '''a'''''\n", "x = '\\'\n", "x = \"\\\\\"\n", "# \"\n", "x = '\"'\n",
                               "x = \"'\"\n", "x = \"#\"\n", "x = \"\"\"\\\"\"\"\"\n");
  CAPTURE(before);
  const auto excess = find_toml_excess(before + deep);
  REQUIRE(excess);
  CHECK(excess->message == "a key of more than 16 parts");
  CHECK(excess->place.line == (before.empty() ? 1u : 2u));
  CHECK(excess->place.column == 1);
}

TEST_CASE("toml_bounds: every way to nest is counted", "[recipes][toml]") {
  const std::string parts = dotted(17);
  const auto text = GENERATE_COPY(values<std::string>({
      parts + " = 1",
      "[" + parts + "]",
      "[[" + parts + "]]",
      "x = {" + parts + " = 1}",
      "x = {y = 1, " + parts + " = 1}",
      dotted(17, "\"b\"") + " = 1",
      dotted(17, "'b'") + " = 1",
      dotted(17, " a\t") + " = 1",
      dotted(17, "\"\\\".\"") + " = 1",
      "x = " + std::string(17, '['),
      "x = [[[[[[[[[[[[[[[[{}",
      "x = [\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n[\n",
  }));
  CAPTURE(text);
  CHECK(find_toml_excess(text));
}

TEST_CASE("toml_bounds: columns count code points", "[recipes][toml]") {
  const auto excess = find_toml_excess("x = {\"é\" = 1, " + dotted(17) + " = 1}");
  REQUIRE(excess);
  CHECK(excess->place == Place{1, 15});
}
