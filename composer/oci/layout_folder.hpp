// The folder of a layout while it is being changed: what is there, the lock, what was made.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "composer/oci/folder_lock.hpp"
#include "composer/oci/manifest.hpp"

namespace compose {

// Folders and files that vanish again unless they are kept.
class Undo {
 public:
  Undo() = default;
  ~Undo();  // newest first; folders only if they are empty
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void add(std::filesystem::path path) { made_.push_back(std::move(path)); }
  void keep() { made_.clear(); }

 private:
  std::vector<std::filesystem::path> made_;
};

// The index of what is there: of a layout; empty if there is nothing, an empty folder, or a
// layout whose first commit was interrupted before its index. Failure Error for anything else.
[[nodiscard]] Index index_for_update(const std::filesystem::path& folder);

// The same without holding the lock: what looks like anything else may be a first commit at
// work, so that it is looked at again under the lock.
[[nodiscard]] Index index_before_update(const std::filesystem::path& folder);

// Makes a folder with its parents, durably, open to its owner whatever the umask says.
void make_folders(const std::filesystem::path& folder, Undo& undo);

// Makes the layout's folder if need be and locks it against other updates.
[[nodiscard]] std::unique_ptr<FolderLock> lock_folder(const std::filesystem::path& folder, Undo& undo);

}  // namespace compose
