#include "composer/layer/layer_view.hpp"

#include <map>
#include <utility>

#include "composer/layer/entry_rules.hpp"

namespace compose {

namespace {

// Calls `visit` with "a", "a/b", … : the proper parents of `path`, from the top, without the
// root; until it returns true.
template <typename Visit>
void for_each_parent(std::string_view path, Visit visit) {
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    if (visit(path.substr(0, slash))) return;
  }
}

}  // namespace

const LayerView::Node* LayerView::find(std::string_view path) const {
  const auto found = nodes_.find(path);
  return found == nodes_.end() ? nullptr : &found->second;
}

std::vector<std::string> LayerView::below(std::string_view path) const {
  std::vector<std::string> paths;
  for (auto at = nodes_.upper_bound(path); at != nodes_.end() && is_below(at->first, path); ++at) {
    paths.push_back(at->first);
  }
  return paths;
}

std::optional<std::string> LayerView::linked_parent(std::string_view path) const {
  std::optional<std::string> link;
  for_each_parent(path, [&](std::string_view parent) {
    const Node* node = find(parent);
    if (node != nullptr && node->type == EntryType::symlink) link = parent;
    return node == nullptr || link;
  });
  return link;
}

void LayerView::remove_below(std::string_view path) {
  const auto begin = nodes_.upper_bound(path);
  auto end = begin;
  while (end != nodes_.end() && is_below(end->first, path)) ++end;
  nodes_.erase(begin, end);
}

void LayerView::make_directory(std::string_view path, std::size_t layer) {
  const auto [at, made] = nodes_.try_emplace(std::string(path));
  if (!made && at->second.type == EntryType::directory) return;
  at->second = Node{.type = EntryType::directory, .attributes = {}, .link = {}, .layer = layer};
}

void LayerView::make_parents(std::string_view path, std::size_t layer) {
  const Node* parent = find(parent_path(path));
  if (parent != nullptr && parent->type == EntryType::directory) return;
  for_each_parent(path, [&](std::string_view folder) {
    make_directory(folder, layer);
    return false;
  });
}

void LayerView::put(const TreeEntry& entry, std::size_t layer) {
  if (entry.path.empty() && entry.type != EntryType::directory) return;
  make_parents(entry.path, layer);
  if (entry.type != EntryType::directory) remove_below(entry.path);
  Node node{.type = entry.type, .attributes = entry.attributes, .link = {}, .layer = layer};
  if (entry.type == EntryType::symlink) node.link = entry.link;
  // Marks that some builder's own overlayfs left behind: no unpacker of ours sets them.
  std::erase_if(node.attributes.xattrs, [](const auto& xattr) { return is_overlay_xattr(xattr.first); });
  if (entry.type == EntryType::hardlink) {
    node.type = EntryType::file;
    const Node* target = find(entry.link);
    if (target != nullptr && target->type != EntryType::directory) node = *target;
    node.layer = layer;
  }
  nodes_.insert_or_assign(entry.path, std::move(node));
}

void LayerView::apply(const std::vector<TreeEntry>& entries, std::size_t layer) {
  // Whatever their place in the layer, whiteouts hide what lies below the layer only.
  for (const TreeEntry& entry : entries) {
    const bool whiteout = entry.type == EntryType::whiteout && !entry.path.empty();
    if (!whiteout && entry.type != EntryType::opaque) continue;
    remove_below(entry.path);
    if (whiteout) nodes_.erase(entry.path);
  }
  for (const TreeEntry& entry : entries) {
    if (entry.type == EntryType::opaque) {
      make_parents(entry.path, layer);
      make_directory(entry.path, layer);
    } else if (entry.type != EntryType::whiteout) {
      put(entry, layer);
    }
  }
}

}  // namespace compose
