// The contents of files in a folder that others may be writing to.
#pragma once

#include <string>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/source/file_stamp.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

// Files are opened on demand, beneath the folder's descriptor: a tree of any size costs one
// descriptor, and no name can be swapped for a link on the way.
class DirContents final : public ContentReader {
 public:
  DirContents(UniqueFd root, std::string name) : root_(std::move(root)), name_(std::move(name)) {}

  [[nodiscard]] int root() const { return root_.get(); }
  // Gives the content handle. `path` is relative to the folder.
  [[nodiscard]] std::uint64_t add(std::string path, const FileStamp& stamp);
  void read(const TreeEntry& entry, const ByteSink& sink) const override;

 private:
  struct File {
    std::string path;
    FileStamp stamp;
  };
  UniqueFd root_;
  std::string name_;  // of the folder, for messages
  std::vector<File> files_;
};

}  // namespace compose
