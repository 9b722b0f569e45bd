// The records of a PAX extended header (POSIX.1-2001, pax, "pax Extended Header"):
// "LENGTH KEYWORD=VALUE\n", where LENGTH counts itself.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace compose {

using PaxRecords = std::map<std::string, std::string, std::less<>>;

// Sorted by keyword, bytewise.
[[nodiscard]] std::string encode_pax_records(const PaxRecords& records);

// Adds the records of one header's body. Gives back what is wrong, if anything: a length that
// is no length, a missing '=', a keyword twice. Every second spelling is refused.
[[nodiscard]] std::optional<std::string> parse_pax_records(std::string_view body, PaxRecords& records);

}  // namespace compose
