// Contents that lie side by side in one open file: an archive, or a spool of unpacked bytes.
#pragma once

#include <optional>
#include <string>

#include "composer/layer/file_tree.hpp"
#include "composer/source/file_stamp.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

// Delivers bytes [offset, offset + size) of a file. Throws a failure Error "WHAT: changed while
// it was read" if it ends earlier.
void read_slice(int fd, std::uint64_t offset, std::uint64_t size, const ByteSink& sink,
                std::string_view what);

// Throws a failure Error if the open file is no longer the one that `stamp` was taken of.
void expect_unchanged(int fd, const FileStamp& stamp, std::string_view what);

// An entry's content handle is the offset of its bytes.
class FileSlices final : public ContentReader {
 public:
  // `stamp`: of a file that others can write to; each read makes sure that nobody did.
  FileSlices(UniqueFd fd, std::string name, std::optional<FileStamp> stamp = std::nullopt)
      : fd_(std::move(fd)), name_(std::move(name)), stamp_(stamp) {}
  void read(const TreeEntry& entry, const ByteSink& sink) const override;

 private:
  UniqueFd fd_;
  std::string name_;
  std::optional<FileStamp> stamp_;
};

}  // namespace compose
