// TOML text → TrustPolicy. Certificates that the policy names are read into it.
#pragma once

#include <filesystem>
#include <string_view>

#include "signer/trust_policy.hpp"

namespace compose {

// Throws a usage Error that starts with "file:line:column: ".
[[nodiscard]] TrustPolicy parse_policy_file(const std::filesystem::path& file);
[[nodiscard]] TrustPolicy parse_policy(std::string_view text, const std::filesystem::path& file);

}  // namespace compose
