#include "composer/source/archive_tree.hpp"

#include <algorithm>
#include <unordered_map>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_entries = 1'000'000;

void refuse_whiteout(const TreeEntry& entry) {
  if (entry.type != EntryType::whiteout && entry.type != EntryType::opaque) return;
  throw Error(
      ErrorKind::usage,
      fmt::format("entry '{}': names that begin with '.wh.' cannot be in an image: this would be read "
                  "as {}",
                  printable(entry.path),
                  entry.type == EntryType::whiteout ? "its removal" : "hiding all that lies below it"),
      "to delete what lower stages brought, write remove = [\"/path\"]; to take layers as they are, "
      "use an oci source");
}

}  // namespace

void ArchiveTree::add(TreeEntry entry) {
  refuse_whiteout(entry);
  if (entry.path.empty()) {
    if (entry.type != EntryType::directory) {
      throw usage_error("entry './': the root must be a directory, not a {}", entry_type_name(entry.type));
    }
    if (root_) throw usage_error("entry './': is there twice");
    root_ = std::move(entry);
    return;
  }
  if (items_.size() >= most_entries) throw usage_error("more than {} entries", most_entries);
  Item item{.entry = std::move(entry)};
  item.excluded = exclude_.cover(item.entry.path);
  items_.push_back(std::move(item));
}

void ArchiveTree::set_content(std::uint64_t offset, std::uint64_t size) {
  Item& item = items_.back();
  item.entry.content = offset;
  item.entry.size = size;
  item.brings_content = true;
}

// Links go back to an earlier name; a link to a link means the same file. Symbolic links with
// two names become two links, which is the same to everybody.
void ArchiveTree::resolve_links() {
  std::unordered_map<std::string_view, std::size_t> names;
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.entry.type == EntryType::hardlink) {
      const auto target = names.find(item.entry.link);
      if (target == names.end()) {
        throw usage_error("entry '{}': hard link to '{}', which is no file or symbolic link before it",
                          printable(item.entry.path), printable(item.entry.link));
      }
      const Item& named = items_[target->second];
      if (named.entry.type == EntryType::symlink) {
        item.entry.type = EntryType::symlink;
        item.entry.link = named.entry.link;
        continue;
      }
      item.file = named.entry.type == EntryType::hardlink ? named.file : target->second;
      if (item.brings_content) {
        items_[item.file].entry.content = item.entry.content;
        items_[item.file].entry.size = item.entry.size;
      }
    } else if (item.entry.type != EntryType::file && item.entry.type != EntryType::symlink) {
      continue;
    }
    names.emplace(item.entry.path, i);
  }
}

void ArchiveTree::keep_linked_files() {
  std::unordered_map<std::size_t, std::size_t> new_home;  // of excluded files
  for (std::size_t i = 0; i < items_.size(); ++i) {
    Item& item = items_[i];
    if (item.entry.type != EntryType::hardlink || item.excluded) continue;
    const Item& file = items_[item.file];
    if (!file.excluded) {
      item.entry.link = file.entry.path;
      continue;
    }
    const auto [home, is_first] = new_home.emplace(item.file, i);
    if (!is_first) {
      item.entry.link = items_[home->second].entry.path;
      continue;
    }
    std::string path = std::move(item.entry.path);
    item.entry = file.entry;
    item.entry.path = std::move(path);
  }
}

SourceTree ArchiveTree::finish(std::shared_ptr<const ContentReader> contents) {
  const bool linked = std::any_of(items_.begin(), items_.end(),
                                  [](const Item& item) { return item.entry.type == EntryType::hardlink; });
  if (linked) {
    resolve_links();
    keep_linked_files();
  }
  SourceTree loaded;
  loaded.tree.contents = std::move(contents);
  loaded.tree.entries.reserve(items_.size());
  for (Item& item : items_) {
    if (!item.excluded) loaded.tree.entries.push_back(std::move(item.entry));
  }
  if (root_) {
    loaded.root = root_->attributes;
    loaded.root_mtime = root_->mtime;
    loaded.root_stated = true;
  }
  normalise_tree(loaded.tree, most_entries);
  exclude_.tell_unused(loaded.notices);
  return loaded;
}

}  // namespace compose
