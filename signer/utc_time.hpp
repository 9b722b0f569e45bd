// Times as custody writes them: RFC 3339 in UTC, whole seconds, "2026-01-01T00:00:00Z".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace compose {

// 1970-01-01T00:00:00Z up to 9999-12-31T23:59:59Z.
inline constexpr std::int64_t latest_utc_time = 253'402'300'799;

// `seconds` since 1970, without leap seconds, in the range above.
[[nodiscard]] std::string format_utc_time(std::int64_t seconds);
// Exactly the form above, and a date that exists.
[[nodiscard]] std::optional<std::int64_t> parse_utc_time(std::string_view text);

}  // namespace compose
