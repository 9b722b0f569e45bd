#include "composer/source/open_beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace compose {

namespace {

UniqueFd open_by_components(int root, const std::string& path, int flags) {
  UniqueFd folder;
  std::size_t begin = 0;
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', begin)) {
    const std::string component = path.substr(begin, end - begin);
    if (component == "..") return errno = EXDEV, UniqueFd();
    const int parent = folder ? folder.get() : root;
    folder = UniqueFd(::openat(parent, component.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!folder) return folder;
    begin = end + 1;
  }
  const std::string last = path.substr(begin);
  if (last == "..") return errno = EXDEV, UniqueFd();
  return UniqueFd(::openat(folder ? folder.get() : root, last.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
}

}  // namespace

UniqueFd open_beneath(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<__u64>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  UniqueFd fd(static_cast<int>(::syscall(SYS_openat2, root, path.c_str(), &how, sizeof how)));
  if (fd || (errno != ENOSYS && errno != EPERM)) return fd;
  return open_by_components(root, path, flags);
}

}  // namespace compose
