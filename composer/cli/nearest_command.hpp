// The sub-command that a mistyped word is closest to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace compose {

[[nodiscard]] std::optional<std::string> nearest_command(std::string_view word);

}  // namespace compose
