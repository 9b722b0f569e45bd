#include "composer/store/staged_file.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

#include "signer/error.hpp"

namespace compose {

namespace {

constexpr mode_t blob_mode = 0644;  // a blob is as public as the folder that holds it
constexpr std::size_t copy_piece = 1u << 20;

// A hidden name that no blob can have.
std::string hidden_name(const std::string& name, unsigned attempt) {
  return fmt::format(".{}.{}.{}", name, ::getpid(), attempt);
}

// Makes a file under a name that was free, by calling `make(name)` until it does not say EEXIST.
template <typename Make>
std::string with_free_name(const std::string& name, Make&& make) {
  for (unsigned attempt = 0; attempt < 1000; ++attempt) {
    std::string hidden = hidden_name(name, attempt);
    if (make(hidden)) return hidden;
    if (errno != EEXIST) break;
  }
  throw errno_error(errno, fmt::format("create {}", name));
}

void rename_over(int folder, const std::string& from, const std::string& to) {
  if (::renameat(folder, from.c_str(), folder, to.c_str()) == 0) return;
  const int reason = errno;
  ::unlinkat(folder, from.c_str(), 0);
  throw errno_error(reason, fmt::format("rename to {}", to));
}

// linkat of an open file without a name. The path through /proc works for everybody, the
// empty path where /proc is missing but the kernel or our capabilities allow it.
bool link_fd(int fd, int folder, const std::string& name) {
  const std::string self = fmt::format("/proc/self/fd/{}", fd);
  if (::linkat(AT_FDCWD, self.c_str(), folder, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  if (errno == EEXIST) return false;
  return ::linkat(fd, "", folder, name.c_str(), AT_EMPTY_PATH) == 0;
}

}  // namespace

// False if there is no such folder.
bool StagedFile::open_in(const std::filesystem::path& folder, Naming naming) {
  if (naming == Naming::unnamed_if_possible) {
    fd_.reset(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, blob_mode));
    if (fd_) return true;
  }
  std::string path = (folder / fmt::format("{}XXXXXX", hidden_prefix)).string();
  fd_.reset(::mkostemp(path.data(), O_CLOEXEC));
  if (fd_) path_ = std::move(path);
  if (fd_ || errno == ENOENT) return static_cast<bool>(fd_);
  throw errno_error(errno, fmt::format("create a file in {}", folder.string()));
}

StagedFile::StagedFile(const std::filesystem::path& folder, Naming naming) {
  std::filesystem::path place = std::filesystem::absolute(folder);
  while (!open_in(place, naming)) {
    if (place == place.root_path())
      throw failure_error("create a file in {}: no such folder", folder.string());
    place = place.parent_path();
  }
}

StagedFile::StagedFile(StagedFile&& other) noexcept
    : fd_(std::move(other.fd_)), path_(std::exchange(other.path_, {})) {}

StagedFile::~StagedFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

bool StagedFile::link_to(int folder, const std::string& name) const {
  if (link_fd(fd_.get(), folder, name)) return true;
  if (errno != EEXIST) return false;
  try {  // the name is taken: link beside it, then rename over it
    const std::string hidden =
        with_free_name(name, [&](const std::string& free) { return link_fd(fd_.get(), folder, free); });
    rename_over(folder, hidden, name);
    return true;
  } catch (const Error&) {
    return false;  // the copy says what is wrong
  }
}

void StagedFile::copy_to(int folder, const std::string& name) const {
  UniqueFd copy;
  const std::string hidden = with_free_name(name, [&](const std::string& free) {
    copy.reset(::openat(folder, free.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, blob_mode));
    return static_cast<bool>(copy);
  });
  try {
    std::vector<std::byte> piece(copy_piece);
    off_t offset = 0;
    while (const std::size_t got = read_at(fd_.get(), piece, offset, name)) {
      write_all(copy.get(), std::span(piece).first(got), name);
      offset += static_cast<off_t>(got);
    }
    if (::fchmod(copy.get(), blob_mode) != 0 || ::fsync(copy.get()) != 0) {
      throw errno_error(errno, fmt::format("sync {}", name));
    }
  } catch (...) {
    ::unlinkat(folder, hidden.c_str(), 0);
    throw;
  }
  rename_over(folder, hidden, name);
}

void StagedFile::publish(int folder, const std::string& name) {
  // fsync once and believe it: after a failure the kernel may report success for lost pages.
  if (::fchmod(fd_.get(), blob_mode) != 0 || ::fsync(fd_.get()) != 0) {
    throw errno_error(errno, fmt::format("sync {}", name));
  }
  if (path_.empty()) {
    if (!link_to(folder, name)) copy_to(folder, name);
  } else if (::renameat(AT_FDCWD, path_.c_str(), folder, name.c_str()) == 0) {
    path_.clear();
  } else {
    copy_to(folder, name);
  }
}

}  // namespace compose
