#include "composer/source/spool.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::uint64_t free_of_ratio = 64u << 20;

UniqueFd unnamed_file_in(const std::string& folder) {
  UniqueFd fd(::open(folder.c_str(), O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600));
  if (fd || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
  std::string name = folder + "/compose.XXXXXX";  // a file system without O_TMPFILE
  UniqueFd named(::mkostemp(name.data(), O_CLOEXEC));
  if (named) ::unlink(name.c_str());
  return named;
}

UniqueFd unnamed_file() {
  const char* chosen = std::getenv("TMPDIR");  // NOLINT: read only
  if (chosen != nullptr && *chosen != '\0') {
    UniqueFd fd = unnamed_file_in(chosen);
    if (!fd) throw errno_error(errno, fmt::format("make a temporary file in TMPDIR '{}'", printable(chosen)));
    return fd;
  }
  for (const char* folder : {"/var/tmp", "/tmp"}) {
    if (UniqueFd fd = unnamed_file_in(folder)) return fd;
  }
  throw errno_error(errno, "make a temporary file in /tmp");
}

}  // namespace

Spool::Spool(std::uint64_t packed, ExpansionLimits limits)
    : fd_(unnamed_file()), packed_(packed), limits_(limits) {}

void Spool::write(std::span<const std::byte> bytes) {
  size_ += bytes.size();
  if (size_ > limits_.bytes) throw usage_error("unpacks to more than {} bytes", limits_.bytes);
  if (size_ > free_of_ratio && size_ / limits_.ratio > packed_) {
    throw usage_error("unpacks to more than {} times its size", limits_.ratio);
  }
  write_all(fd_.get(), bytes, "a temporary file");
}

}  // namespace compose
