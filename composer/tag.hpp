// Names in a layout's index: tags, and the image name that a tag's image has.
#pragma once

#include <optional>
#include <string>

#include "composer/oci/manifest.hpp"

namespace compose {

// On an index entry (not in the manifest, so manifests stay reproducible).
inline constexpr std::string_view image_name_annotation = "vnd.compose.image.name";
inline constexpr std::string_view unsigned_annotation = "vnd.compose.unsigned";

[[nodiscard]] std::string tag_of(const Descriptor& listed);   // "" if it has none
[[nodiscard]] std::string name_of(const Descriptor& listed);  // "" if not known

// Lets `tag` name `image`. What had the tag stays in the index without it, unless it is listed
// otherwise.
void point_tag(Index& index, const Descriptor& image, const std::string& tag);

}  // namespace compose
