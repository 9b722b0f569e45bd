#include "composer/source/dir_contents.hpp"

#include <fcntl.h>

#include <cerrno>

#include "composer/source/file_slices.hpp"
#include "composer/source/open_beneath.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

std::uint64_t DirContents::add(std::string path, const FileStamp& stamp) {
  files_.push_back({std::move(path), stamp});
  return files_.size() - 1;
}

void DirContents::read(const TreeEntry& entry, const ByteSink& sink) const {
  const File& file = files_.at(entry.content);
  const std::string name = fmt::format("{}/{}", name_, file.path);
  // Without O_NONBLOCK a fifo that took the file's place would hold us for ever.
  const UniqueFd fd = open_beneath(root_.get(), file.path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) throw errno_error(errno, fmt::format("open {}", printable(name)), ErrorKind::usage);
  expect_unchanged(fd.get(), file.stamp, name);
  read_slice(fd.get(), 0, entry.size, sink, name);
  expect_unchanged(fd.get(), file.stamp, name);
}

}  // namespace compose
