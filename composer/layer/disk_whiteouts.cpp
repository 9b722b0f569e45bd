#include "composer/layer/disk_whiteouts.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "composer/layer/remove_tree.hpp"
#include "signer/c_handle.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

using Missing = FolderRoot::Missing;

std::vector<std::string> names_in(int folder) {
  UniqueFd fd(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw errno_error(errno, "open folder");
  const CHandle<DIR, closedir> stream(::fdopendir(fd.get()));
  if (!stream) throw errno_error(errno, "read folder");
  (void)fd.release();
  std::vector<std::string> names;
  while (const dirent* found = ::readdir(stream.get())) {
    const std::string name = found->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  return names;
}

bool is_directory_at(int folder, const std::string& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

void apply_whiteout(FolderRoot& root, const std::string& path) {
  const UniqueFd folder = root.open_folder(parent_path(path), Missing::leave);
  if (folder) remove_tree_at(folder.get(), path.substr(path.rfind('/') + 1));
}

void apply_opaque(FolderRoot& root, const std::string& path, const TarReader& layer) {
  std::vector<std::string> folders = {path};
  while (!folders.empty()) {
    const std::string at = std::move(folders.back());
    folders.pop_back();
    const UniqueFd folder = root.open_folder(at, at == path ? Missing::make : Missing::leave);
    if (!folder) continue;
    for (const std::string& name : names_in(folder.get())) {
      std::string child = at.empty() ? name : at + "/" + name;
      if (!layer.holds(child)) {
        remove_tree_at(folder.get(), name);
      } else if (layer.holds_folder(child) && is_directory_at(folder.get(), name)) {
        folders.push_back(std::move(child));
      }
    }
  }
}

void mark_opaque(FolderRoot& root, const std::string& path) {
  const UniqueFd folder = root.open_folder(path, Missing::make);
  if (::setxattr(fd_path(folder.get()).c_str(), "user.overlay.opaque", "y", 1, 0) != 0) {
    throw errno_error(errno, "mark the folder as opaque");
  }
}

}  // namespace compose
