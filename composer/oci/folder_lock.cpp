#include "composer/oci/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "signer/error.hpp"

namespace compose {

namespace {

// Returns the reason if it cannot be locked, else 0.
int wait_for_lock(int fd) {
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

bool is_unable(int reason) {
  return reason == EBADF || reason == ENOLCK || reason == EOPNOTSUPP || reason == EINVAL || reason == ENOSYS;
}

bool is_same_file(int fd, const std::filesystem::path& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(fd, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_dev == named.st_dev &&
         open.st_ino == named.st_ino;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Kind kind)
    : folder_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_) throw errno_error(errno, fmt::format("open {}", folder.string()));
  const int reason = kind == Kind::file ? EBADF : wait_for_lock(folder_.get());
  if (reason == 0) return;
  if (!is_unable(reason)) throw errno_error(reason, fmt::format("lock {}", folder.string()));
  lock_file(folder);
}

void FolderLock::lock_file(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / file_name;
  do {
    file_.reset(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file_) throw errno_error(errno, fmt::format("open {}", path.string()));
    if (const int reason = wait_for_lock(file_.get())) {
      throw errno_error(reason, fmt::format("lock {}", path.string()));
    }
  } while (!is_same_file(file_.get(), path));  // the holder before us removed it
  path_ = path;
}

FolderLock::~FolderLock() {
  if (!path_.empty()) ::unlink(path_.c_str());  // while the lock is still held
}

bool FolderLock::is_of(const std::filesystem::path& folder) const {
  return is_same_file(folder_.get(), folder);
}

}  // namespace compose
