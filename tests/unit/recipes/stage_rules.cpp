#include "recipes/stage_rules.hpp"

#include <catch2/catch.hpp>

using namespace compose;
using namespace std::chrono_literals;

TEST_CASE("stage_rules: owners", "[recipes][stage]") {
  CHECK(parse_owner("0:0") == NumericOwner{0, 0});
  CHECK(parse_owner("10001:2147483647") == NumericOwner{10001, 2147483647});
  const auto bad =
      GENERATE(as<std::string>{}, "", "0", ":", "0:", ":0", "0:0:0", "-1:0", "+1:0", "0:2147483648",
               "99999999999999999999:0", "00:0", "01:0", " 0:0", "0:0 ", "root:root", "0x1:0", "1.0:0");
  CAPTURE(bad);
  CHECK_FALSE(parse_owner(bad));
}

TEST_CASE("stage_rules: modes", "[recipes][stage]") {
  CHECK(parse_mode("0755") == 0755u);
  CHECK(parse_mode("644") == 0644u);
  CHECK(parse_mode("04755") == 04755u);
  CHECK(parse_mode("7777") == 07777u);
  CHECK(parse_mode("000") == 0u);
  const auto bad = GENERATE(as<std::string>{}, "", "0", "55", "0o755", "0x1ff", "789", "10000", "17777",
                            "000755", "-755", "+755", "rwxr-xr-x", " 755");
  CAPTURE(bad);
  CHECK_FALSE(parse_mode(bad));
}

TEST_CASE("stage_rules: durations", "[recipes][stage]") {
  CHECK(parse_duration("1ms") == 1ms);
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("5s") == 5s);
  CHECK(parse_duration("2m") == 2min);
  CHECK(parse_duration("60m") == 1h);
  CHECK(parse_duration("3600000ms") == 1h);
  const auto bad = GENERATE(as<std::string>{}, "", "5", "s", "0s", "0ms", "-1s", "+1s", "1.5s", "05s", "5 s",
                            " 5s", "5s ", "5S", "1h", "61m", "3601s", "3600001ms", "99999999999999999999m",
                            "4294967297s", "1m30s", "5sec");
  CAPTURE(bad);
  CHECK_FALSE(parse_duration(bad));
}
