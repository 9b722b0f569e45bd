// The words of a statement's JSON that its writer and its reader share.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "signer/custody_entry.hpp"

namespace compose {

inline constexpr std::string_view statement_type = "https://in-toto.io/Statement/v1";
inline constexpr std::string_view layer_subject_type = "application/vnd.oci.image.layer.v1.tar";
inline constexpr std::string_view manifest_subject_type = "application/vnd.oci.image.manifest.v1+json";

[[nodiscard]] nlohmann::json encode_claim(const Claim& claim);
// What the statement is about: one in-toto resource descriptor, made from the claim alone.
[[nodiscard]] nlohmann::json encode_subject(const Claim& claim);

}  // namespace compose
