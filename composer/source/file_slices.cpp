#include "composer/source/file_slices.hpp"

#include <algorithm>
#include <cerrno>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::uint64_t piece_bytes = 256u << 10;

Error changed(std::string_view what) {
  return Error(ErrorKind::failure, fmt::format("{}: changed while it was read", printable(what)),
               "build again when nothing writes to the source");
}

}  // namespace

void read_slice(int fd, std::uint64_t offset, std::uint64_t size, const ByteSink& sink,
                std::string_view what) {
  const std::size_t piece = static_cast<std::size_t>(std::min(size, piece_bytes));
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(piece);
  while (size > 0) {
    const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size, piece));
    const std::size_t got = read_at(fd, {buffer.get(), wanted}, static_cast<off_t>(offset), what);
    if (got != wanted) throw changed(what);
    sink({buffer.get(), got});
    offset += got;
    size -= got;
  }
}

void expect_unchanged(int fd, const FileStamp& stamp, std::string_view what) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw errno_error(errno, fmt::format("stat {}", printable(what)));
  if (!S_ISREG(status.st_mode) || FileStamp::of(status) != stamp) throw changed(what);
}

void FileSlices::read(const TreeEntry& entry, const ByteSink& sink) const {
  read_slice(fd_.get(), entry.content, entry.size, sink, name_);
  if (stamp_) expect_unchanged(fd_.get(), *stamp_, name_);
}

}  // namespace compose
