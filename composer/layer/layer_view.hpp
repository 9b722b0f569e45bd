// The merged view of the layers so far: what an image's file system holds, as far as
// contracts, parents and whiteouts need to know it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composer/layer/file_tree.hpp"

namespace compose {

class LayerView {
 public:
  struct Node {
    EntryType type = EntryType::directory;  // of a hard link: what it is a name of
    Attributes attributes;
    std::string link;       // symlink text
    std::size_t layer = 0;  // position of the layer that supplied it
  };
  // Null if nothing is there. "" is the root, which is always a directory.
  [[nodiscard]] const Node* find(std::string_view path) const;
  // Paths strictly below `path`, in order.
  [[nodiscard]] std::vector<std::string> below(std::string_view path) const;
  // Applies one layer by the OCI rules (image-spec layer.md, "Applying"): opaque and whiteouts
  // hide lower layers only; non-directories replace what was there; missing parents are made,
  // 0755 0:0. Paths are taken literally, as overlayfs takes a layer's: an entry below a symbolic
  // link replaces the link by a directory (contract_breaches refuses such layers).
  void apply(const std::vector<TreeEntry>& entries, std::size_t layer);
  // The first parent of `path` that is a symbolic link here, if any ("" never is).
  [[nodiscard]] std::optional<std::string> linked_parent(std::string_view path) const;

 private:
  void remove_below(std::string_view path);
  void make_parents(std::string_view path, std::size_t layer);
  void make_directory(std::string_view path, std::size_t layer);
  void put(const TreeEntry& entry, std::size_t layer);

  // Every node but the root has a directory as its parent. In this order, what is below a path
  // follows it at once.
  std::map<std::string, Node, PathLess> nodes_ = {{"", Node{}}};
};

}  // namespace compose
