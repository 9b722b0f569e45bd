#include "runner/path_in_root.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <climits>
#include <cstring>

#include "runner/kernel_calls.hpp"

namespace compose {

namespace {

constexpr int folder_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

// Opens the folder `prefix`, whose last part begins at `name`; makes it below `parent` if absent.
int enter_folder(int root, int parent, const char* prefix, const char* name) {
  const int found = open_in_root(root, prefix, folder_flags);
  if (found >= 0 || errno != ENOENT) return found;
  if (::mkdirat(parent, name, 0755) != 0) return -1;
  return open_in_root(root, prefix, folder_flags);
}

// Makes the first `length` bytes of `path`, part by part. `length` is below PATH_MAX.
int make_folders(int root, const char* path, std::size_t length) {
  char prefix[PATH_MAX];
  std::memcpy(prefix, path, length);
  prefix[length] = '\0';
  int folder = open_in_root(root, "", folder_flags);
  for (std::size_t start = 0; start < length && folder >= 0;) {
    const char* slash = std::strchr(prefix + start, '/');
    const std::size_t end = slash == nullptr ? length : static_cast<std::size_t>(slash - prefix);
    prefix[end] = '\0';
    const int next = enter_folder(root, folder, prefix, prefix + start);
    const int error = errno;
    ::close(folder);
    errno = error;
    folder = next;
    if (end < length) prefix[end] = '/';
    start = end + 1;
  }
  return folder;
}

}  // namespace

int open_in_root(int root, const char* path, int flags, unsigned long long resolve) {
  open_how how{};
  how.flags = static_cast<unsigned long long>(static_cast<unsigned>(flags));
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve;
  for (int attempt = 0;; ++attempt) {
    const int opened = openat2(root, *path == '\0' ? "." : path, how);
    // EAGAIN: something was renamed meanwhile, so that ".." could not be judged.
    if (opened >= 0 || attempt == 16 || (errno != EAGAIN && errno != EINTR)) return opened;
  }
}

int make_folder_in_root(int root, const char* path) {
  const int found = open_in_root(root, path, folder_flags);
  if (found >= 0 || errno != ENOENT) return found;
  const std::size_t length = std::strlen(path);
  if (length >= PATH_MAX) {
    errno = ENAMETOOLONG;
    return -1;
  }
  return make_folders(root, path, length);
}

int make_file_in_root(int root, const char* path) {
  const int found = open_in_root(root, path, O_PATH | O_CLOEXEC);
  if (found >= 0 || errno != ENOENT) return found;
  const char* slash = std::strrchr(path, '/');
  const std::size_t length = slash == nullptr ? 0 : static_cast<std::size_t>(slash - path);
  const int parent = make_folders(root, path, length);
  if (parent < 0) return -1;
  const char* name = slash == nullptr ? path : slash + 1;
  // EXCL: a dangling link of that name is refused, not followed.
  const int made = ::openat(parent, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
  const int error = errno;
  ::close(parent);
  errno = error;
  if (made < 0) return -1;
  ::close(made);
  return open_in_root(root, path, O_PATH | O_CLOEXEC);
}

}  // namespace compose
