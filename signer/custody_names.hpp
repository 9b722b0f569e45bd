// The grammars of the names in custody entries (CUSTODY.md, "Names").
#pragma once

#include <string_view>

namespace compose {

[[nodiscard]] bool is_team_name(std::string_view text);   // teams, stages, inputs: [a-z0-9][a-z0-9._-]{0,62}
[[nodiscard]] bool is_image_name(std::string_view text);  // "shop/web", at most 255 bytes
[[nodiscard]] bool is_tag(std::string_view text);         // [A-Za-z0-9_][A-Za-z0-9._-]{0,127}
[[nodiscard]] bool is_platform(std::string_view text);    // "linux/amd64", "linux/arm/v7"
[[nodiscard]] bool is_media_type(std::string_view text);  // RFC 6838 section 4.2, at most 127 bytes a side
[[nodiscard]] bool is_file_name(std::string_view text);   // one path component without control characters
[[nodiscard]] bool is_nonce(std::string_view text);       // 32 lower-case hex digits

}  // namespace compose
