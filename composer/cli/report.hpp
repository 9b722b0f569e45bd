// Findings and custody reports, for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "composer/verify_image.hpp"
#include "signer/finding.hpp"

namespace compose {

// [{"code","where","message","hint"}, …]
[[nodiscard]] nlohmann::ordered_json findings_json(const Findings& findings);
// One block per finding: "  CODE  WHERE: MESSAGE" and an indented hint.
[[nodiscard]] std::string findings_text(const Findings& findings);

[[nodiscard]] nlohmann::ordered_json verification_json(const VerifyResult& result, const TrustPolicy& policy);
[[nodiscard]] std::string verification_text(const VerifyResult& result, const TrustPolicy& policy);

// Prints JSON, indented, with text that is no UTF-8 replaced.
void print_json(const nlohmann::ordered_json& value);

}  // namespace compose
