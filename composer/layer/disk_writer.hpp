// Entries of a layer → files, folders, links and devices inside a folder.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "composer/layer/folder_root.hpp"
#include "composer/layer/unpack.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

class DiskWriter {
 public:
  DiskWriter(FolderRoot& root, const UnpackOptions& options, UnpackSummary& summary)
      : root_(root), options_(options), summary_(summary) {}

  // Any entry but whiteouts and opaque markers. What lies at its path is removed first, unless
  // both are directories.
  void make(const TreeEntry& entry);
  // The next piece of the content of the file that was made last.
  void write(std::span<const std::byte> bytes);
  // Overlayfs' whiteout: a character device 0:0, which every user may make.
  void make_whiteout(const std::string& path);
  // Something was removed behind our back.
  void forget_parent() { has_parent_ = false; }
  // Sets the attributes of all directories.
  void finish();

 private:
  int parent_of(const std::string& path);
  void clear_way(int folder, const std::string& name);
  template <typename Make>
  void make_new(const std::string& path, Make make_it);
  void put_attributes_at(const TreeEntry& entry);

  void make_directory(const TreeEntry& entry);
  void make_file(const TreeEntry& entry);
  void end_file();
  void make_symlink(const TreeEntry& entry);
  void make_hard_link(const TreeEntry& entry);
  void make_fifo(const TreeEntry& entry);
  void make_device(const TreeEntry& entry);
  void skip_device(const std::string& path);
  void finish_directory(const TreeEntry& entry);

  FolderRoot& root_;
  const UnpackOptions& options_;
  UnpackSummary& summary_;
  // Entries mostly come folder by folder: the last parent stays open.
  bool has_parent_ = false;
  std::string parent_path_;
  UniqueFd parent_;
  TreeEntry file_entry_;
  UniqueFd file_;  // being written
  std::uint64_t file_missing_ = 0;
  std::vector<TreeEntry> directories_;
  std::set<std::string> skipped_;  // devices that are not there
};

}  // namespace compose
