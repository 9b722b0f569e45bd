#include "composer/layer/remove_tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <vector>

#include "composer/layer/entry_rules.hpp"
#include "signer/c_handle.hpp"
#include "signer/error.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

namespace {

using Folder = CHandle<DIR, closedir>;

[[noreturn]] void fail(int error, std::string_view verb, const std::string& name) {
  throw errno_error(error, fmt::format("{} '{}'", verb, shown_name(name)));
}

// Opens a folder such that its names can be read and removed, whatever its mode.
Folder open_folder(int parent, const std::string& name) {
  constexpr int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(parent, name.c_str(), flags));
  if (!fd && errno == EACCES && ::fchmodat(parent, name.c_str(), 0700, AT_SYMLINK_NOFOLLOW) == 0) {
    fd.reset(::openat(parent, name.c_str(), flags));
  }
  if (!fd) fail(errno, "open", name);
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && (status.st_mode & 0700) != 0700) ::fchmod(fd.get(), 0700);
  Folder folder(::fdopendir(fd.get()));
  if (!folder) fail(errno, "read", name);
  (void)fd.release();
  return folder;
}

// True if the name is gone; false if it is a folder.
bool unlink_file(int folder, const std::string& name) {
  if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return true;
  const int error = errno;
  if (error == EISDIR) return false;
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode))
    return false;
  fail(error, "remove", name);
}

void remove_empty(int parent, const std::string& name) {
  if (::unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) fail(errno, "remove", name);
}

// Walks down with a stack of open folders. What lies too deep for it moves up to the top, where
// it is found again in the next pass.
class TreeRemover {
 public:
  TreeRemover(int parent, const std::string& name) { descend(parent, name); }

  void run() {
    while (true) {
      const dirent* found = ::readdir(levels_.back().folder.get());
      if (found == nullptr) {
        if (!leave()) return;
        continue;
      }
      const std::string name = found->d_name;
      if (name != "." && name != "..") remove(name);
    }
  }

 private:
  struct Level {
    Folder folder;
    std::string name;
  };
  static constexpr std::size_t most_levels = 64;

  [[nodiscard]] static int fd_of(const Level& level) { return ::dirfd(level.folder.get()); }

  void descend(int parent, const std::string& name) { levels_.push_back({open_folder(parent, name), name}); }

  void remove(const std::string& name) {
    const int here = fd_of(levels_.back());
    if (unlink_file(here, name)) return;
    if (levels_.size() < most_levels) return descend(here, name);
    move_up(here, name);
  }

  void move_up(int folder, const std::string& name) {
    // A folder can only move if its own ".." may be written.
    (void)open_folder(folder, name);
    const int top = fd_of(levels_.front());
    while (true) {
      const std::string free_name = fmt::format(".moved-up-{}", moved_++);
      if (::renameat(folder, name.c_str(), top, free_name.c_str()) == 0) break;
      if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) fail(errno, "move", name);
    }
    moved_in_pass_ = true;
  }

  // The folder is read to its end. False if that was the top, and nothing is left in it.
  bool leave() {
    if (levels_.size() > 1) {
      const std::string name = std::move(levels_.back().name);
      levels_.pop_back();
      remove_empty(fd_of(levels_.back()), name);
      return true;
    }
    if (!moved_in_pass_) return false;
    moved_in_pass_ = false;
    ::rewinddir(levels_.front().folder.get());
    return true;
  }

  std::vector<Level> levels_;
  std::size_t moved_ = 0;
  bool moved_in_pass_ = false;
};

}  // namespace

void remove_tree_at(int folder, const std::string& name) {
  if (unlink_file(folder, name)) return;
  TreeRemover(folder, name).run();
  remove_empty(folder, name);
}

void remove_tree(const std::filesystem::path& folder) {
  const std::filesystem::path path = std::filesystem::absolute(folder).lexically_normal();
  const std::filesystem::path named = path.has_filename() ? path : path.parent_path();
  const UniqueFd parent(::open(named.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!parent && errno == ENOENT) return;
  if (!parent) fail(errno, "open", named.parent_path());
  remove_tree_at(parent.get(), named.filename());
}

}  // namespace compose
