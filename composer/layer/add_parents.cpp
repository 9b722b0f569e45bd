#include <map>
#include <string>
#include <utility>

#include "composer/layer/contract.hpp"

namespace compose {

namespace {

TreeEntry parent_entry(std::string_view path, const LayerView& below, std::int64_t mtime) {
  TreeEntry entry;
  entry.path = path;
  entry.type = EntryType::directory;
  entry.mtime = mtime;
  const LayerView::Node* node = below.find(path);
  if (node != nullptr && node->type == EntryType::directory) entry.attributes = node->attributes;
  return entry;
}

}  // namespace

void add_parents(FileTree& tree, const LayerView& below, std::int64_t mtime) {
  std::map<std::string, bool, PathLess> folders;  // path → has an entry
  // An opaque marker lies in its directory: that one is needed too.
  const auto need = [&](std::string_view folder) {
    for (; !folder.empty() && !folders.contains(folder); folder = parent_path(folder)) {
      folders.emplace(folder, false);
    }
  };
  std::string_view last;
  for (const TreeEntry& entry : tree.entries) {
    const bool opaque = entry.type == EntryType::opaque;
    const std::string_view folder = opaque ? std::string_view(entry.path) : parent_path(entry.path);
    if (folder != last) need(folder);
    last = folder;
  }
  for (const TreeEntry& entry : tree.entries) {
    if (entry.type == EntryType::whiteout || entry.type == EntryType::opaque) continue;
    const auto found = folders.find(entry.path);
    if (found != folders.end()) found->second = true;
  }
  for (const auto& [folder, present] : folders) {
    if (!present) tree.entries.push_back(parent_entry(folder, below, mtime));
  }
  sort_entries(tree.entries);
}

}  // namespace compose
