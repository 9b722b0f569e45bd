#include "composer/cli/parse_date.hpp"

#include <array>
#include <ctime>
#include <optional>
#include <string>

#include "composer/oci/image_config.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::int64_t last_second_of_day = 86'399;

std::optional<std::int64_t> seconds_of(const std::string& text, const char* format) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), format, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

}  // namespace

std::int64_t parse_date(std::string_view given) {
  const std::string text(given);
  if (const auto day = seconds_of(text, "%Y-%m-%d"); day && rfc3339(*day) == text + "T00:00:00Z") {
    return *day + last_second_of_day;
  }
  if (const auto moment = seconds_of(text, "%Y-%m-%dT%H:%M:%SZ"); moment && rfc3339(*moment) == text)
    return *moment;
  throw Error(ErrorKind::usage, fmt::format("'{}' is no date", printable(given)),
              "write 2027-01-31 or 2027-01-31T12:00:00Z");
}

}  // namespace compose
