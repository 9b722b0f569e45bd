#include "signer/unique_fd.hpp"

#include <unistd.h>

#include <cerrno>

#include "signer/error.hpp"

namespace compose {

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

std::size_t read_at(int fd, std::span<std::byte> into, off_t offset, std::string_view what) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got =
        ::pread(fd, into.data() + done, into.size() - done, offset + static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw errno_error(errno, fmt::format("read {}", what));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::size_t read_some(int fd, std::span<std::byte> into, std::string_view what) {
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t got = ::read(fd, into.data() + done, into.size() - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw errno_error(errno, fmt::format("read {}", what));
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void write_all(int fd, std::span<const std::byte> bytes, std::string_view what) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw errno_error(errno, fmt::format("write {}", what));
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void write_all(int fd, std::string_view bytes, std::string_view what) {
  write_all(fd, std::as_bytes(std::span(bytes)), what);
}

}  // namespace compose
