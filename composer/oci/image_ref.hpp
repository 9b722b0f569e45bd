// How a person names an image in a layout.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "signer/digest.hpp"

namespace compose {

// LAYOUT[:TAG|@DIGEST] as given on a command line: the tag follows the last ':' after the last '/'.
struct ImageRef {
  std::filesystem::path layout;
  std::optional<std::string> tag;
  std::optional<BlobDigest> digest;
  [[nodiscard]] static ImageRef parse(std::string_view text);  // usage Errors
};

// Tags: [A-Za-z0-9_][A-Za-z0-9._-]{0,127} (distribution-spec).
[[nodiscard]] bool is_valid_tag(std::string_view tag);

// What a layout's index may call an image: a tag, or a reference by the grammar of image-spec
// annotations.md ("docker.io/library/busybox:1.36").
[[nodiscard]] bool is_valid_ref_name(std::string_view name);

}  // namespace compose
