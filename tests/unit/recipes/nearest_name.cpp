#include "recipes/nearest_name.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("nearest_name: slips of the fingers are found", "[recipes][nearest]") {
  const std::vector<std::string> keys = {"entrypoint", "cmd", "env", "user", "workdir", "labels", "ports"};
  const auto [typed, meant] = GENERATE(table<std::string, std::string>({{"entrypont", "entrypoint"},
                                                                        {"entry_point", "entrypoint"},
                                                                        {"Entrypoint", "entrypoint"},
                                                                        {"lables", "labels"},
                                                                        {"port", "ports"},
                                                                        {"evn", "env"},
                                                                        {"work-dir", "workdir"}}));
  CAPTURE(typed);
  CHECK(nearest_name(typed, keys) == meant);
}

TEST_CASE("nearest_name: a swap of neighbours is one slip", "[recipes][nearest]") {
  CHECK(nearest_name("ab", {"ba"}) == "ba");
  CHECK(nearest_name("evn", {"van", "env"}) == "env");
}

TEST_CASE("nearest_name: what is far stays far", "[recipes][nearest]") {
  CHECK_FALSE(nearest_name("x", {"y", "z"}));
  CHECK_FALSE(nearest_name("volumes", {"entrypoint", "cmd"}));
  CHECK_FALSE(nearest_name("", {"a"}));
  CHECK_FALSE(nearest_name("name", {}));
  CHECK(nearest_hint("volumes", {"cmd"}).empty());
}

TEST_CASE("nearest_name: the first of equals, shown safely", "[recipes][nearest]") {
  CHECK(nearest_name("tesd", {"test", "tess"}) == "test");
  CHECK(nearest_hint("ab\x1b", {"ab\x1b"
                                "c"}) == "did you mean 'ab\\x1bc'?");
}

TEST_CASE("nearest_name: long names and lists cost little", "[recipes][nearest]") {
  CHECK_FALSE(nearest_name(std::string(1u << 20, 'a'), {std::string(1u << 20, 'b')}));
  const std::vector<std::string> many(100'000, std::string(64, 'a'));
  CHECK_FALSE(nearest_name(std::string(64, 'b'), many));
}
