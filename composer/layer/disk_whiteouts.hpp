// Whiteouts applied to folders that hold the lower layers already.
#pragma once

#include <string>

#include "composer/layer/folder_root.hpp"
#include "composer/layer/tar_reader.hpp"

namespace compose {

// Removes what lies at a path. Nothing there is fine: other builders write such whiteouts.
void apply_whiteout(FolderRoot& root, const std::string& path);

// Removes what lies below a folder, apart from what `layer` itself brought so far: an opaque
// marker hides lower layers only, wherever it stands in its own.
void apply_opaque(FolderRoot& root, const std::string& path, const TarReader& layer);

// overlayfs' own mark (mounted with userxattr) on a folder. Throws if the file system has no
// extended attributes: without it, hidden files would show.
void mark_opaque(FolderRoot& root, const std::string& path);

}  // namespace compose
