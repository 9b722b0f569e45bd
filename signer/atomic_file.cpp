#include "signer/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "signer/unique_fd.hpp"

namespace compose {

std::string read_file(const std::filesystem::path& path, std::size_t most, ErrorKind kind) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd) throw errno_error(errno, fmt::format("open {}", path.string()), kind);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw errno_error(errno, fmt::format("stat {}", path.string()));
  if (!S_ISREG(status.st_mode)) throw Error(kind, fmt::format("open {}: not a regular file", path.string()));
  if (static_cast<std::size_t>(status.st_size) > most) {
    throw Error(kind, fmt::format("{}: larger than {} bytes", path.string(), most));
  }
  std::string bytes(static_cast<std::size_t>(status.st_size) + 1, '\0');
  bytes.resize(read_some(fd.get(), std::as_writable_bytes(std::span(bytes)), path.string()));
  if (bytes.size() > static_cast<std::size_t>(status.st_size)) {
    throw failure_error("{}: grew while it was read", path.string());
  }
  return bytes;
}

namespace {

// Removes a file by name unless it was kept.
class Doomed {
 public:
  explicit Doomed(std::string path) : path_(std::move(path)) {}
  ~Doomed() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  Doomed(const Doomed&) = delete;
  Doomed& operator=(const Doomed&) = delete;
  void keep() { path_.clear(); }

 private:
  std::string path_;
};

}  // namespace

void replace_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  std::string temporary = path.string() + ".XXXXXX";
  const UniqueFd fd(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd) throw errno_error(errno, fmt::format("create {}", temporary));
  Doomed doomed(temporary);
  write_all(fd.get(), bytes, temporary);
  if (::fchmod(fd.get(), mode) != 0) throw errno_error(errno, fmt::format("chmod {}", temporary));
  if (::fsync(fd.get()) != 0) throw errno_error(errno, fmt::format("sync {}", temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    throw errno_error(errno, fmt::format("rename to {}", path.string()));
  }
  doomed.keep();
  sync_folder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
}

void sync_folder(const std::filesystem::path& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw errno_error(errno, fmt::format("open {}", path.string()));
  if (::fsync(fd.get()) != 0) throw errno_error(errno, fmt::format("sync {}", path.string()));
}

}  // namespace compose
