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
    EntryType type = EntryType::directory;
    Attributes attributes;
    std::string link;       // symlink text
    std::size_t layer = 0;  // position of the layer that supplied it
  };
  // Null if nothing is there. "" is the root, which is always a directory.
  [[nodiscard]] const Node* find(std::string_view path) const;
  // Paths strictly below `path`, in order.
  [[nodiscard]] std::vector<std::string> below(std::string_view path) const;
  // Applies one layer by the OCI rules (image-spec layer.md, "Applying"): opaque and whiteouts
  // hide lower layers only; non-directories replace what was there.
  void apply(const std::vector<TreeEntry>& entries, std::size_t layer);
  // The first parent of `path` that is a symbolic link here, if any ("" never is).
  [[nodiscard]] std::optional<std::string> linked_parent(std::string_view path) const;

 private:
  std::map<std::string, Node, std::less<>> nodes_;
};

}  // namespace compose
