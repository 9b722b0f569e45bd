// Recipes that were made to hurt: each gives a clean usage error with a position, in no time.
#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "golden_recipe.hpp"
#include "recipes/parse_policy.hpp"
#include "recipes/parse_recipe.hpp"
#include "recipes/toml_bounds.hpp"

using namespace compose;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string repeated(std::string_view piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t i = 0; i < times; ++i) text += piece;
  return text;
}

// The message; it must be that of a usage Error with a position and safe to print.
std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_recipe(text, "r.toml"));
  } catch (const Error& error) {
    const std::string message = error.what();
    CHECK(error.kind() == ErrorKind::usage);
    CHECK_THAT(message, StartsWith("r.toml:"));
    const bool safe = std::none_of(message.begin(), message.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f;
    });
    CHECK(safe);
    CHECK(message.size() < 10'000);
    return message;
  }
  FAIL("accepted");
  return {};
}

}  // namespace

TEST_CASE("hostile toml: depth", "[recipes][hostile]") {
  CHECK(refusal("schema = 1\nx = " + repeated("[", 100'000)) == "r.toml:2:21: nested deeper than 16 levels");
  CHECK(refusal("schema = 1\nx = " + repeated("{a=", 100'000)) ==
        "r.toml:2:53: nested deeper than 16 levels");
  CHECK(refusal("schema = 1\n" + repeated("a.", 100'000) + "a = 1") ==
        "r.toml:2:1: a key of more than 16 parts");
  CHECK(refusal("[" + repeated("a.", 100'000) + "a]") == "r.toml:1:2: a key of more than 16 parts");
  CHECK_THAT(refusal(repeated("[a]\n", 1) + repeated("'b' . ", 100'000) + "c = 1"), Contains("16 parts"));
}

TEST_CASE("hostile toml: as deep as is allowed", "[recipes][hostile]") {
  const std::string key = repeated("a.", 15) + "a";
  std::string text = "schema = 1\n[" + key + "]\n";
  for (int i = 0; i < 16; ++i) text += key + (i < 15 ? " = {" : " = 1");
  text += repeated("}", 15);
  CHECK_THAT(refusal(text), Contains("unknown key 'a' at the top level"));
}

TEST_CASE("hostile toml: size", "[recipes][hostile]") {
  CHECK(refusal(repeated("#", most_toml_bytes + 1)) == "r.toml:1:1: larger than 1048576 bytes");
  CHECK_THAT(refusal(repeated("#", most_toml_bytes)), Contains("no 'schema'"));
}

TEST_CASE("hostile toml: numbers of things", "[recipes][hostile]") {
  const std::string head = "schema = 1\n";
  std::string keys = head;
  for (int i = 0; i < 60'000; ++i) keys += fmt::format("k{} = 1\n", i);
  CHECK_THAT(refusal(keys), Contains("and more"));
  std::string teams = head + "[team]\n";
  for (int i = 0; i < 20'000; ++i) teams += fmt::format("t{}.key = 'k'\n", i);
  for (int i = 0; i < 10'000; ++i) teams += "[[stage]]\nname = 's'\nteam = 'tt'\n";
  CHECK_THAT(refusal(teams), Contains("and more"));
  CHECK_THAT(refusal(head + "[config]\ncmd = [" + repeated("1,", 400'000) + "]\n"), Contains("and more"));
  CHECK_THAT(refusal(head + repeated("[[stage]]\n", 90'000)), Contains("and more"));
  CHECK_THAT(refusal(head + "[a]\n" + repeated("[a]\n", 100)), Contains("cannot redefine"));
}

TEST_CASE("hostile toml: a file below each of many files", "[recipes][hostile]") {
  std::string files;
  for (int i = 0; i < 200; ++i)
    files += fmt::format("'{}x' = '', ", repeated("a/", static_cast<std::size_t>(i) * 10));
  const std::string text =
      edited(golden_text("recipe.toml"), "{ dir = \"runtime\" }", "{ files = { " + files + "y = '' } }");
  CHECK_NOTHROW(parse_recipe(text, "r.toml"));
}

TEST_CASE("hostile toml: bytes that are no text", "[recipes][hostile]") {
  const auto bytes = GENERATE(values<std::string>({
      std::string("\xff\xfes\0c\0", 6),
      "schema = 1\nx = \"\xc0\xaf\"\n",
      "schema = 1\nx = \"\xed\xa0\x80\"\n",
      "schema = 1\nx = \"\\ud800\"\n",
      "schema = 1\nx = '\xf4\x90\x80\x80'\n",
      "schema = 1\n# \xff\n",
      std::string("schema = 1\n\0", 12),
      std::string("schema = 1\nx = 'a\0b'\n", 21),
      "schema = 1\nx = '\x1b[31m'\n",
      "schema = 1\nx = '\xe2\x82",
      "\xef\xbb",
  }));
  CAPTURE(bytes);
  CHECK_THAT(refusal(bytes), Contains("not valid TOML"));
}

TEST_CASE("hostile toml: names that play with the terminal", "[recipes][hostile]") {
  const std::string message = refusal("schema = 1\n\"\\u001b]0;owned\\u0007\\u202e\" = 1\n");
  CHECK_THAT(message, Contains("\\x1b]0;owned\\x07\\u{202e}"));
  CHECK_THAT(refusal("schema = 1\n'" + repeated("long", 10'000) + "' = 1\n"), Contains("longlong…'"));
}

TEST_CASE("hostile toml: a damaged recipe is refused or understood", "[recipes][hostile]") {
  const std::string good = golden_text("recipe.toml");
  std::mt19937 random(20260101);
  const auto pick = [&random](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  for (int round = 0; round < 2000; ++round) {
    std::string text = good;
    for (std::size_t edits = 1 + pick(3); edits > 0; --edits) {
      const std::size_t at = pick(text.size());
      switch (pick(4)) {
        case 0:
          text[at] = static_cast<char>(pick(256));
          break;
        case 1:
          text.erase(at, 1 + pick(20));
          break;
        case 2:
          text.insert(at, text.substr(pick(text.size()), pick(40)));
          break;
        default:
          text.insert(at, 1, "[]{}\"'.,=#\n\\"[pick(12)]);
          break;
      }
    }
    try {
      static_cast<void>(parse_recipe(text, "r.toml"));
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK_THAT(error.what(), StartsWith("r.toml:"));
    }
  }
}
