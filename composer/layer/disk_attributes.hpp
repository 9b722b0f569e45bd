// An entry's owner, xattrs, mode and time, put onto what lies on disk.
#pragma once

#include "composer/layer/unpack.hpp"

namespace compose {

// `fd` may be an O_PATH descriptor, of a symbolic link too. In the order that the kernel needs:
// a change of owner clears set-id bits and capabilities. xattrs that cannot be set are counted.
void put_attributes(int fd, const TreeEntry& entry, const UnpackOptions& options, UnpackSummary& summary);

// Removes the xattrs that a folder has from lower layers and `entry` does not repeat.
void drop_old_xattrs(int fd, const TreeEntry& entry);

}  // namespace compose
