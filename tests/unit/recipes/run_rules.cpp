#include "recipes/run_rules.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("run_rules: users", "[recipes][run]") {
  const auto good = GENERATE(as<std::string>{}, "0", "10001", "10001:10001", "www-data", "www-data:adm",
                             "1:adm", "adm:1", "_apt", "host$", "2147483647");
  CAPTURE(good);
  CHECK_FALSE(user_fault(good));
  const auto bad = GENERATE(as<std::string>{}, "", ":", "a:", ":a", "1:2:3", "2147483648", "007", "-1", "a b",
                            "a/b", "$", "4294967295:0", "a\n", "é", "0:99999999999999999999");
  CAPTURE(bad);
  CHECK(user_fault(bad));
  CHECK(user_fault(std::string(33, 'a')));
}

TEST_CASE("run_rules: ports", "[recipes][run]") {
  const auto good = GENERATE(as<std::string>{}, "1", "80", "65535", "80/tcp", "53/udp");
  CAPTURE(good);
  CHECK_FALSE(port_fault(good));
  const auto bad = GENERATE(as<std::string>{}, "", "0", "65536", "-1", "080", "80/", "/tcp", "80/TCP",
                            "80/sctp", "80-90", "80/tcp/udp", "http", " 80");
  CAPTURE(bad);
  CHECK(port_fault(bad));
  CHECK(full_port("80") == "80/tcp");
  CHECK(full_port("80/udp") == "80/udp");
}

TEST_CASE("run_rules: names of variables, labels and tests", "[recipes][run]") {
  CHECK_FALSE(env_name_fault("PATH"));
  CHECK_FALSE(env_name_fault("a.b c"));
  CHECK(env_name_fault(""));
  CHECK(env_name_fault("A="));
  CHECK(env_name_fault(std::string("A\0", 2)));
  CHECK_FALSE(label_name_fault("a=b"));
  CHECK(label_name_fault(""));
  CHECK_FALSE(test_name_fault("starts, and says so"));
  CHECK(test_name_fault(""));
  CHECK(test_name_fault("a\nb"));
  CHECK(test_name_fault("a\x7f"));
  CHECK(test_name_fault(std::string(201, 'a')));
}

TEST_CASE("run_rules: expressions as far as one can tell", "[recipes][run]") {
  CHECK_FALSE(pattern_fault("^a"));
  CHECK(pattern_fault(""));
  CHECK(pattern_fault(std::string(10'001, 'a')));
  CHECK(pattern_fault(std::string("a\0b", 3)));
}
