// Whole files: read with a bound, replaced atomically and durably.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include "signer/error.hpp"

namespace compose {

// The bytes of a file. More than `most` bytes is an error, and so is anything that is not a
// regular file. `kind` is the kind of the error when it cannot be opened.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t most,
                                    ErrorKind kind = ErrorKind::failure);

// Replaces `path` with `bytes`: written beside it, synced, renamed over it, folder synced.
// Either the old or the new content is there, whatever happens; nothing else remains.
void replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode = 0644);

// fsync of a folder, so that names made in it survive a power loss.
void sync_folder(const std::filesystem::path& path);

}  // namespace compose
