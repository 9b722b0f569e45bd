// One entry → its header blocks in our dialect of tar. This function is the dialect: the
// strict reader takes exactly the bytes that come out of it.
//
// ustar; numbers in octal, zero-padded, with a NUL at the end; no user and group names; device
// fields always present; a name that is too long is split at the last '/' that fits. What does
// not fit (path, linkpath, size, uid, gid) and xattrs go into a PAX header before it, whose own
// name depends on the entry's name only, mode 0644, time 0; the ustar field then holds the first
// 100 bytes of a name and zero of a number. Directories end in '/'; the root is "./". Whiteouts
// and opaque markers are empty files, 0644 0:0.
#pragma once

#include <string>

#include "composer/layer/file_tree.hpp"

namespace compose {

// Appends whole blocks. Precondition: entry_breach(entry) is empty.
void append_tar_header(std::string& out, const TreeEntry& entry);

}  // namespace compose
