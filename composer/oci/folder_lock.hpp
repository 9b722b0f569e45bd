// A lock on a folder against other processes and threads, free again when its holder dies.
#pragma once

#include <filesystem>
#include <string_view>

#include "signer/unique_fd.hpp"

namespace compose {

class FolderLock {
 public:
  // The folder itself is locked (flock). File systems that cannot (NFS wants a descriptor that
  // may write, and a folder has none) get a hidden file in it, which goes with the lock.
  enum class Kind { folder_if_possible, file };
  static constexpr std::string_view file_name = ".lock";

  // Waits for the lock. Throws failure Errors.
  explicit FolderLock(const std::filesystem::path& folder, Kind kind = Kind::folder_if_possible);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  // Whether the path still names the folder that was locked: who held the lock before may have
  // removed it.
  [[nodiscard]] bool is_of(const std::filesystem::path& folder) const;

 private:
  void lock_file(const std::filesystem::path& folder);

  UniqueFd folder_;
  UniqueFd file_;
  std::filesystem::path path_;  // of the file
};

}  // namespace compose
