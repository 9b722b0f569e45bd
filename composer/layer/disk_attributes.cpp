#include "composer/layer/disk_attributes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "composer/layer/entry_rules.hpp"
#include "composer/layer/folder_root.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

[[noreturn]] void fail(std::string_view what) { throw errno_error(errno, what); }

// The kernel keeps other name spaces for root.
bool may_be_set(std::string_view name) {
  if (is_overlay_xattr(name)) return false;
  return name.starts_with("user.") || ::geteuid() == 0;
}

}  // namespace

void put_attributes(int fd, const TreeEntry& entry, const UnpackOptions& options, UnpackSummary& summary) {
  const Attributes& attributes = entry.attributes;
  if (options.owners && ::fchownat(fd, "", attributes.uid, attributes.gid, AT_EMPTY_PATH) != 0) {
    fail("change owner");
  }
  for (const auto& [name, value] : attributes.xattrs) {
    const bool done =
        may_be_set(name) && ::setxattr(fd_path(fd).c_str(), name.c_str(), value.data(), value.size(), 0) == 0;
    if (!done) ++summary.skipped_xattrs;
  }
  if (entry.type != EntryType::symlink) {
    // A file is open for writing; only O_PATH descriptors need the way through /proc.
    const bool direct = entry.type == EntryType::file && ::fchmod(fd, attributes.mode) == 0;
    if (!direct && (errno = change_mode(fd, attributes.mode)) != 0) fail("change mode");
  }
  const timespec time{.tv_sec = entry.mtime, .tv_nsec = 0};
  const timespec times[] = {time, time};
  if (::utimensat(fd, "", times, AT_EMPTY_PATH) == 0) return;
  // Kernels before 5.8 know no empty path here; a link's own time is not worth more.
  if (entry.type == EntryType::symlink) return;
  if (::utimensat(AT_FDCWD, fd_path(fd).c_str(), times, 0) != 0) fail("change time");
}

void drop_old_xattrs(int fd, const TreeEntry& entry) {
  const std::string path = fd_path(fd);
  std::string names(XATTR_LIST_MAX, '\0');
  const ssize_t size = ::listxattr(path.c_str(), names.data(), names.size());
  if (size <= 0) return;
  for (std::size_t start = 0; start < static_cast<std::size_t>(size);) {
    const std::string name(names.c_str() + start);
    start += name.size() + 1;
    if (entry.attributes.xattrs.contains(name) || !may_be_set(name)) continue;
    // Labels of security modules are not the image's, and an ACL goes with the mode.
    if (name.starts_with("security.") && name != "security.capability") continue;
    ::removexattr(path.c_str(), name.c_str());
  }
}

}  // namespace compose
