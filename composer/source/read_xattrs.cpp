#include "composer/source/read_xattrs.hpp"

#include <sys/xattr.h>

#include <cerrno>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

bool belongs_into_image(std::string_view name) {
  return name.starts_with("user.") || name == "security.capability";
}

// Calls `get(buffer, size)` in the manner of getxattr(2) until the buffer is large enough.
template <typename Get>
std::string grow_and_get(const Get& get, std::string_view what) {
  for (;;) {
    const ssize_t size = get(nullptr, 0);
    if (size < 0) throw errno_error(errno, fmt::format("read the xattrs of {}", printable(what)));
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const ssize_t got = size == 0 ? 0 : get(bytes.data(), bytes.size());
    if (got >= 0) {
      bytes.resize(static_cast<std::size_t>(got));
      return bytes;
    }
    if (errno != ERANGE) throw errno_error(errno, fmt::format("read the xattrs of {}", printable(what)));
  }
}

}  // namespace

std::map<std::string, std::string> read_xattrs(int fd, std::string_view what,
                                               std::set<std::string>& left_out) {
  if (::flistxattr(fd, nullptr, 0) < 0 && errno == ENOTSUP) return {};
  const std::string names =
      grow_and_get([fd](char* into, std::size_t size) { return ::flistxattr(fd, into, size); }, what);
  std::map<std::string, std::string> found;
  for (std::size_t begin = 0; begin < names.size();) {
    const std::string name(names.c_str() + begin);
    begin += name.size() + 1;
    if (!belongs_into_image(name)) {
      left_out.insert(name);
      continue;
    }
    found[name] = grow_and_get(
        [&](char* into, std::size_t size) { return ::fgetxattr(fd, name.c_str(), into, size); }, what);
  }
  return found;
}

}  // namespace compose
