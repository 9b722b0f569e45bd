#include "signer/utc_time.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("utc_time: known times, both ways", "[signer][time]") {
  const auto [seconds, text] = GENERATE(table<std::int64_t, std::string>({
      {0, "1970-01-01T00:00:00Z"},
      {951782400, "2000-02-29T00:00:00Z"},
      {1767225600, "2026-01-01T00:00:00Z"},
      {4107542399, "2100-02-28T23:59:59Z"},
      {4107542400, "2100-03-01T00:00:00Z"},
      {latest_utc_time, "9999-12-31T23:59:59Z"},
  }));
  CHECK(format_utc_time(seconds) == text);
  CHECK(parse_utc_time(text) == seconds);
}

TEST_CASE("utc_time: one spelling only", "[signer][time][hostile]") {
  for (const char* text :
       {"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01t00:00:00z", "2026-01-01T00:00:00+00:00",
        "2026-01-01T00:00:00.0Z", "2026-1-1T0:0:0Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
        "2026-01-01T23:59:60Z", "1969-12-31T23:59:59Z", " 2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n",
        "-026-01-01T00:00:00Z", "2026-01-01T+1:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_utc_time(text));
  }
}
