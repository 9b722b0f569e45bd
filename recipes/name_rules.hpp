// The grammars of names: each function says why a text is not valid, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace compose {

using Reason = std::optional<std::string>;

// OCI distribution-spec, "Pulling manifests": a repository name, at most 255 characters.
[[nodiscard]] Reason image_name_fault(std::string_view name);
// The same section: a tag.
[[nodiscard]] Reason tag_fault(std::string_view tag);
// Teams and stages: [a-z0-9][a-z0-9._-]{0,62}.
[[nodiscard]] Reason team_or_stage_fault(std::string_view name);
// People in a policy, who may have addresses for names: [A-Za-z0-9][A-Za-z0-9._@+-]{0,126}.
[[nodiscard]] Reason principal_fault(std::string_view name);
// "os/architecture[/variant]" that compose can build: OS linux, GOARCH words.
[[nodiscard]] Reason platform_fault(std::string_view text);
// What a git stage may name: a tag, branch, commit or HEAD; no expressions.
[[nodiscard]] Reason revision_fault(std::string_view rev);
// A tag or digest in somebody's OCI layout.
[[nodiscard]] Reason layout_ref_fault(std::string_view ref);
// 64 lower-case hex digits.
[[nodiscard]] Reason sha256_fault(std::string_view hex);

}  // namespace compose
