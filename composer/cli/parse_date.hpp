// Dates as people type them on a command line.
#pragma once

#include <cstdint>
#include <string_view>

namespace compose {

// "2027-01-31" (its last second, UTC) or "2027-01-31T12:00:00Z", in seconds since 1970. Usage
// Errors for everything else, days that do not exist included.
[[nodiscard]] std::int64_t parse_date(std::string_view text);

}  // namespace compose
