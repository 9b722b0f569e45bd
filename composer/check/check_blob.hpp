// One blob of an image held against its descriptor.
#pragma once

#include <optional>
#include <string>

#include "composer/oci/layout.hpp"
#include "signer/finding.hpp"

namespace compose {

// Opens a blob of the stated size; else a finding "blob-missing" or "blob-size".
[[nodiscard]] std::optional<UniqueFd> open_checked_blob(const Layout& layout, const Descriptor& descriptor,
                                                        const std::string& where, Findings& findings);

// Streams an opened blob. False and a finding "blob-digest" if the bytes are others than the
// descriptor says: then what was streamed is not to be believed.
[[nodiscard]] bool stream_checked_blob(int fd, const Descriptor& descriptor, const ByteSink& sink,
                                       const std::string& where, Findings& findings);

// A whole document of at most 4 MiB, as image-spec manifest.md recommends.
[[nodiscard]] std::optional<std::string> read_checked_blob(const Layout& layout, const Descriptor& descriptor,
                                                           const std::string& where, Findings& findings);

}  // namespace compose
