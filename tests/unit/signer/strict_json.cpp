#include "signer/strict_json.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "signer/error.hpp"

using namespace compose;
using Catch::Matchers::Contains;

TEST_CASE("strict_json: plain values", "[signer][json]") {
  CHECK(parse_strict_json(R"({"a":[1,{"a":2}],"b":{"a":3}})")["b"]["a"] == 3);
  CHECK(canonical_json(parse_strict_json(R"({ "b" : 1, "a" : "é" })")) == R"({"a":"é","b":1})");
}

TEST_CASE("strict_json: what has two meanings is refused", "[signer][json]") {
  CHECK_THROWS_WITH(parse_strict_json(R"({"a":1,"a":2})"), Contains("duplicate name 'a'"));
  CHECK_THROWS_WITH(parse_strict_json(R"({"x":{"a":1,"\u0061":2}})"), Contains("duplicate name 'a'"));
  CHECK_THROWS_AS(parse_strict_json("{} x"), Error);
  CHECK_THROWS_AS(parse_strict_json("{}{}"), Error);
  CHECK_THROWS_AS(parse_strict_json(""), Error);
  CHECK_THROWS_AS(parse_strict_json("{\"a\":\"\xff\"}"), Error);
  CHECK_THROWS_AS(parse_strict_json("\xef\xbb\xbf{}"), Error);
}

TEST_CASE("strict_json: depth and size are bounded", "[signer][json]") {
  const std::string deep = std::string(200'000, '[');
  CHECK_THROWS_WITH(parse_strict_json(deep), Contains("nested deeper than 64"));
  CHECK_NOTHROW(parse_strict_json(std::string(64, '[') + std::string(64, ']')));
  CHECK_THROWS_WITH(parse_strict_json(std::string(65, '[') + std::string(65, ']')), Contains("deeper"));
  CHECK_THROWS_WITH(parse_strict_json("[1,2,3]", {.bytes = 4}), Contains("larger than 4 bytes"));
}
