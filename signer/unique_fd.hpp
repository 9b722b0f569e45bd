// An owned file descriptor.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace compose {

class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { reset(); }

  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

// Reads up to `into.size()` bytes at `offset`; fewer only at the end of the file. EINTR is
// retried. Throws Error "read WHAT: …".
[[nodiscard]] std::size_t read_at(int fd, std::span<std::byte> into, off_t offset, std::string_view what);
// The same from the current position.
[[nodiscard]] std::size_t read_some(int fd, std::span<std::byte> into, std::string_view what);
// Writes all bytes or throws Error "write WHAT: …".
void write_all(int fd, std::span<const std::byte> bytes, std::string_view what);
void write_all(int fd, std::string_view bytes, std::string_view what);

}  // namespace compose
