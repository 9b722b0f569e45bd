#include "recipes/test_suite.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

const std::string plain =
    R"({"mounts":[{"kind":"config","path":"/etc/shop"}],"schema":1,)"
    R"("tests":[{"exit":0,"name":"starts","run":["/bin/start","--version"],"stdout":"^shop","within_ms":5000}]})";

TestSuite plain_suite() {
  SmokeTest test;
  test.name = "starts";
  test.run = {"/bin/start", "--version"};
  test.out = "^shop";
  test.within = std::chrono::seconds(5);
  return {{{MountKind::config, "/etc/shop"}}, {test}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("test_suite: the bytes are pinned", "[recipes][tests]") {
  CHECK(encode_tests(plain_suite()) == plain);
  CHECK(encode_tests({}) == R"({"mounts":[],"schema":1,"tests":[]})");
}

TEST_CASE("test_suite: what is encoded comes back", "[recipes][tests]") {
  TestSuite suite = plain_suite();
  suite.mounts.push_back({MountKind::data, "/var/lib/é"});
  suite.tests.push_back(
      {"fails", {"/bin/false", ""}, 255, std::nullopt, "\"quoted\"\n", std::chrono::milliseconds(1)});
  const std::string bytes = encode_tests(suite);
  const TestSuite back = decode_tests(bytes);
  REQUIRE(back.mounts.size() == 2);
  CHECK(back.mounts[1].kind == MountKind::data);
  CHECK(back.mounts[1].path == "/var/lib/é");
  REQUIRE(back.tests.size() == 2);
  CHECK(back.tests[0].out == "^shop");
  CHECK_FALSE(back.tests[0].err);
  CHECK(back.tests[1].name == "fails");
  CHECK(back.tests[1].run == std::vector<std::string>{"/bin/false", ""});
  CHECK(back.tests[1].exit == 255);
  CHECK(back.tests[1].err == "\"quoted\"\n");
  CHECK(back.tests[1].within == std::chrono::milliseconds(1));
  CHECK(encode_tests(back) == bytes);
}

TEST_CASE("test_suite: another spelling is refused", "[recipes][tests]") {
  const auto [from, to, message] = GENERATE(table<std::string, std::string, std::string>({
      {"\"schema\":1", "\"schema\":2", "from 1 to 1"},
      {"\"schema\":1,", "", "no 'schema'"},
      {"\"schema\":1", "\"schema\":1.0", "from 1 to 1"},
      {"\"schema\":1", "\"schema\":18446744073709551615", "from 1 to 1"},
      {"\"exit\":0", "\"exit\":256", "from 0 to 255"},
      {"\"exit\":0", "\"exit\":-1", "from 0 to 255"},
      {"\"exit\":0,", "", "no 'exit'"},
      {"\"exit\":0", "\"exit\":\"0\"", "from 0 to 255"},
      {"5000", "0", "from 1 to 3600000"},
      {"5000", "3600001", "from 1 to 3600000"},
      {"\"starts\"", "\"\"", "is not valid: empty"},
      {"\"starts\"", "\"a\\u001b[31m\"", "'a\\x1b[31m' is not valid: control characters"},
      {"[\"/bin/start\",\"--version\"]", "[]", "names no program"},
      {"[\"/bin/start\",\"--version\"]", "\"/bin/start\"", "a list was expected"},
      {"\"--version\"", "\"a\\u0000b\"", "NUL"},
      {"\"--version\"", "7", "a string was expected"},
      {"\"^shop\"", "\"\"", "matches everything"},
      {"\"^shop\"", "null", "a string was expected"},
      {"\"config\"", "\"secret\"", "neither config nor data"},
      {"\"/etc/shop\"", "\"etc/shop\"", "begins with '/'"},
      {"\"/etc/shop\"", "\"/proc\"", "made anew"},
      {"{\"kind\":\"config\",\"path\":\"/etc/shop\"}", "7", "an object was expected"},
      {"\"mounts\":[", "\"mounts\":[{\"kind\":\"data\",\"path\":\"/etc/shop\"},", "second mount"},
      {"\"tests\":[", "\"tests\":[{\"exit\":1,\"name\":\"starts\",\"run\":[\"/a\"],\"within_ms\":1},",
       "second test"},
      {"\"exit\":0", "\"exit\":0,\"exit\":0", "duplicate name"},
      {"\"exit\":0", "\"evil\":1,\"exit\":0", "unknown members"},
      {"\"kind\":", "\"a\":1,\"kind\":", "unknown members"},
      {"{\"mounts\"", "{\"a\":1,\"mounts\"", "unknown members"},
      {"\"schema\":1", "\"schema\": 1", "not canonical"},
      {"{\"mounts\"", " {\"mounts\"", "not canonical"},
      {"\"^shop\"", "\"\\u005eshop\"", "not canonical"},
  }));
  CAPTURE(from, to);
  const std::string bytes = replaced(plain, from, to);
  CHECK_THROWS_WITH(decode_tests(bytes), Contains(message));
}

TEST_CASE("test_suite: garbage is a verdict, never a crash", "[recipes][tests]") {
  for (const std::string& bytes : {std::string(), std::string("null"), std::string("[]"), std::string("{}"),
                                   plain + plain, std::string(100'000, '['), std::string("\xff")}) {
    try {
      static_cast<void>(decode_tests(bytes));
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::verdict);
    }
  }
}

TEST_CASE("test_suite: a flipped bit is refused or changes the suite", "[recipes][tests]") {
  for (std::size_t i = 0; i < plain.size() * 8; ++i) {
    std::string bytes = plain;
    bytes[i / 8] = static_cast<char>(bytes[i / 8] ^ (1 << (i % 8)));
    try {
      const std::string again = encode_tests(decode_tests(bytes));
      CHECK(again == bytes);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::verdict);
    }
  }
}
