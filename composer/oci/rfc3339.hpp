// Points in time as OCI documents write them (RFC 3339, section 5.6).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace compose {

// Seconds since 1970, as UTC: "2026-01-01T00:00:00Z". Years 1970 to 9999; else a usage Error.
[[nodiscard]] std::string rfc3339(std::int64_t seconds);

// Grammar and ranges of the fields.
[[nodiscard]] bool is_rfc3339(std::string_view text);

}  // namespace compose
