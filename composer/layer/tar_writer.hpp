// FileTree → the bytes of a layer: our strict dialect of tar (ustar, POSIX.1-2001 PAX records
// only where a value does not fit), pinned by golden files. The bytes depend on nothing but
// the tree. Dialect version: tar_dialect.
#pragma once

#include <string_view>

#include "composer/layer/file_tree.hpp"
#include "signer/byte_sink.hpp"

namespace compose {

inline constexpr std::string_view tar_dialect = "compose-tar/1";

// Writes the whole archive, with the two zero blocks at its end, in pieces of any size.
// Precondition: normalise_tree and add_parents have been applied.
void write_tar(const FileTree& tree, const ByteSink& sink);

}  // namespace compose
