// Text from outside made safe for a terminal or a log line.
#pragma once

#include <string>
#include <string_view>

namespace compose {

// Control characters, invalid UTF-8, bidirectional overrides and zero-width characters come
// out as \xNN or \u{NNNN}; a backslash as \\; all else is unchanged.
[[nodiscard]] std::string printable(std::string_view text);

// The same but keeps line feeds and tabs: for the output of programs.
[[nodiscard]] std::string printable_lines(std::string_view text);

}  // namespace compose
