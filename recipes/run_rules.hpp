// What the image's configuration and its smoke tests may say. Each function says why a text is
// not valid, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recipes/name_rules.hpp"

namespace compose {

// Text that ends up in argv, the environment or a label: no NUL.
[[nodiscard]] Reason plain_text_fault(std::string_view text);
[[nodiscard]] Reason env_name_fault(std::string_view name);
[[nodiscard]] Reason label_name_fault(std::string_view name);
// OCI config.md "User": a name or a number, each also with ":group".
[[nodiscard]] Reason user_fault(std::string_view user);
// "8080", "8080/tcp" or "53/udp".
[[nodiscard]] Reason port_fault(std::string_view port);
// A valid port with its protocol: "8080" is "8080/tcp".
[[nodiscard]] std::string full_port(std::string_view port);
// A smoke test's name: one line of text, at most 200 bytes.
[[nodiscard]] Reason test_name_fault(std::string_view name);
// An expression, as far as that can be told without the expression library.
[[nodiscard]] Reason pattern_fault(std::string_view pattern);

}  // namespace compose
