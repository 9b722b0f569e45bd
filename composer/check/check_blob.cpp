#include "composer/check/check_blob.hpp"

#include <sys/stat.h>

#include <cerrno>

#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::uint64_t most_document = 4u << 20;

}  // namespace

std::optional<UniqueFd> open_checked_blob(const Layout& layout, const Descriptor& descriptor,
                                          const std::string& where, Findings& findings) {
  UniqueFd fd;
  try {
    fd = layout.open_blob(descriptor.digest);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::verdict) throw;
    findings.push_back({"blob-missing", where, error.what(), ""});
    return std::nullopt;
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0)
    throw errno_error(errno, fmt::format("stat blob {}", descriptor.digest));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size == descriptor.size) return fd;
  findings.push_back(
      {"blob-size", where,
       fmt::format("blob {}: {} bytes, its descriptor says {}", descriptor.digest, size, descriptor.size),
       ""});
  return std::nullopt;
}

bool stream_checked_blob(int fd, const Descriptor& descriptor, const ByteSink& sink, const std::string& where,
                         Findings& findings) {
  std::exception_ptr from_sink;
  const auto guarded = [&](std::span<const std::byte> bytes) {
    try {
      sink(bytes);
    } catch (...) {
      from_sink = std::current_exception();
      throw;
    }
  };
  try {
    stream_blob(fd, descriptor, guarded);
    return true;
  } catch (const Error& error) {
    if (from_sink || error.kind() != ErrorKind::verdict) throw;
    findings.push_back({"blob-digest", where, error.what(), ""});
    return false;
  }
}

std::optional<std::string> read_checked_blob(const Layout& layout, const Descriptor& descriptor,
                                             const std::string& where, Findings& findings) {
  const auto fd = open_checked_blob(layout, descriptor, where, findings);
  if (!fd) return std::nullopt;
  if (descriptor.size > most_document) {
    findings.push_back({"blob-size", where,
                        fmt::format("blob {}: {} bytes are more than the {} of a document", descriptor.digest,
                                    descriptor.size, most_document),
                        ""});
    return std::nullopt;
  }
  std::string bytes;
  const auto keep = [&](std::span<const std::byte> piece) { bytes += text_of(piece); };
  if (!stream_checked_blob(fd->get(), descriptor, keep, where, findings)) return std::nullopt;
  return bytes;
}

}  // namespace compose
