// Archives and compressions of the outside world, read with libarchive. It is tolerant by
// design (it passes absolute names, "..", duplicates and repaired headers on), so everything
// that it says is a claim: names are given as they stand, and whoever takes them checks them.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "composer/layer/file_tree.hpp"
#include "composer/source/archive_format.hpp"
#include "signer/byte_sink.hpp"

namespace compose {

// One pass over an open file. The library gives names that a zip marks as UTF-8 in normalisation
// form C, and so do we: two spellings of one name are one name twice. Warnings of the library are errors
// here. Throws usage Errors. Made, used and destroyed on one thread, whose locale it sets meanwhile (UTF-8
// names would come out differently under another LANG).
class ArchiveFile {
 public:
  // `format`: zip, cpio, ar or rpm; or a compression, which gives one entry named "data".
  // The descriptor is borrowed and its position moves.
  ArchiveFile(int fd, ArchiveFormat format);
  ~ArchiveFile();

  // The next entry's header: `path` as written in the archive, no content yet. Files have
  // their stated size, or 0 where the format does not state one.
  [[nodiscard]] std::optional<TreeEntry> next();
  // The content of the entry that next() gave last.
  void read(const ByteSink& sink);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The path of file_tree.hpp that an archive's name means: "./a" and, for a directory, "a/" are
// "a"; "./" is "". All else is left for the rules to refuse: absolute names, "..", "a//b".
[[nodiscard]] std::string archive_path(std::string_view name, EntryType type);

}  // namespace compose
