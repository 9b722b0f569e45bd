// The entries of an archive on their way to a SourceTree, whatever its format.
#pragma once

#include <optional>
#include <vector>

#include "composer/source/exclude_rules.hpp"
#include "composer/source/source.hpp"

namespace compose {

class ArchiveTree {
 public:
  explicit ArchiveTree(const Stage& stage) : exclude_(stage.exclude) {}

  // In the archive's order. "" is the root. Whiteouts are refused: names that begin with ".wh."
  // mean something in layers, not in sources. Throws usage Errors.
  void add(TreeEntry entry);
  // Where the content lies that came with the entry added last. A hard link may bring the
  // content of its file (cpio does).
  void set_content(std::uint64_t offset, std::uint64_t size);

  // Everything but the excluded. A file whose first name is excluded lives on under its next.
  [[nodiscard]] SourceTree finish(std::shared_ptr<const ContentReader> contents);

 private:
  struct Item {
    TreeEntry entry;
    bool excluded = false;
    bool brings_content = false;
    std::size_t file = 0;  // of a hard link: the index of its file
  };
  void resolve_links();
  void keep_linked_files();

  ExcludeRules exclude_;
  std::vector<Item> items_;
  std::optional<TreeEntry> root_;
};

}  // namespace compose
