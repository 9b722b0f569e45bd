#include "composer/layer/file_tree.hpp"

#include <algorithm>
#include <numeric>

#include "composer/layer/entry_rules.hpp"
#include "composer/layer/hard_links.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

bool is_whiteout(const TreeEntry& entry) { return entry.type == EntryType::whiteout; }

// The byte at `i` as it sorts: the end of a component comes before every byte.
unsigned sort_byte(std::string_view path, std::size_t i) {
  if (i >= path.size() || path[i] == '/') return 0;
  return static_cast<unsigned char>(path[i]);
}

std::size_t first_difference(std::string_view left, std::string_view right) {
  const auto most = static_cast<std::ptrdiff_t>(std::min(left.size(), right.size()));
  return static_cast<std::size_t>(std::mismatch(left.begin(), left.begin() + most, right.begin()).first -
                                  left.begin());
}

// Entries of one path: a whiteout lies in the folder above, an opaque marker in the folder itself.
int rank_at_same_path(EntryType type) {
  if (type == EntryType::whiteout) return 0;
  return type == EntryType::opaque ? 2 : 1;
}

[[noreturn]] void refuse(const TreeEntry& entry, std::string_view rule) {
  throw usage_error("entry '{}': {}", shown_name(entry.path), rule);
}

// Fields that a type does not have are cleared, so that equal trees are equal values.
void clear_foreign_fields(TreeEntry& entry) {
  const bool device = entry.type == EntryType::char_device || entry.type == EntryType::block_device;
  if (!device) entry.device_major = entry.device_minor = 0;
  if (entry.type != EntryType::symlink && entry.type != EntryType::hardlink) entry.link.clear();
  if (entry.type != EntryType::file) entry.size = entry.content = 0;
  if (entry.type == EntryType::symlink) entry.attributes.mode = 0777;
  if (is_whiteout(entry) || entry.type == EntryType::opaque) {
    entry.attributes = Attributes{.mode = 0644, .uid = 0, .gid = 0, .xattrs = {}};
  }
}

void check_entry(const TreeEntry& entry) {
  if (const auto breach = entry_breach(entry)) refuse(entry, breach->message);
  for (const auto& [name, value] : entry.attributes.xattrs) {
    if (is_overlay_xattr(name)) {
      refuse(entry, fmt::format("the extended attribute '{}' belongs to overlayfs", shown_name(name)));
    }
  }
}

// Sorted entries: what lies below an entry follows it at once.
void check_neighbours(const std::vector<TreeEntry>& entries) {
  for (std::size_t i = 1; i < entries.size(); ++i) {
    const TreeEntry& before = entries[i - 1];
    const TreeEntry& entry = entries[i];
    if (before.path == entry.path && !layer_order(before, entry)) refuse(entry, "it is there twice");
    if (before.type == EntryType::directory || before.type == EntryType::opaque || is_whiteout(before))
      continue;
    if (before.path == entry.path || is_below(entry.path, before.path)) {
      refuse(entry, fmt::format("'{}' is no directory but a {}", shown_name(before.path),
                                entry_type_name(before.type)));
    }
  }
}

bool is_removed(const std::vector<TreeEntry>& entries, std::string_view path) {
  TreeEntry probe;
  probe.type = EntryType::whiteout;
  probe.path = path;
  return std::binary_search(entries.begin(), entries.end(), probe, layer_order);
}

// Nothing may lie at or below a path that is removed.
void check_removed(const std::vector<TreeEntry>& entries) {
  if (std::none_of(entries.begin(), entries.end(), is_whiteout)) return;
  std::string_view good_parent = "";
  for (const TreeEntry& entry : entries) {
    if (!is_whiteout(entry) && is_removed(entries, entry.path)) refuse(entry, "it is both there and removed");
    const std::string_view parent = parent_path(entry.path);
    if (parent == good_parent) continue;
    for (std::string_view folder = parent; !folder.empty(); folder = parent_path(folder)) {
      if (is_removed(entries, folder)) {
        refuse(entry, fmt::format("it lies below '{}', which is removed", shown_name(folder)));
      }
    }
    good_parent = parent;
  }
}

}  // namespace

std::string_view entry_type_name(EntryType type) {
  switch (type) {
    case EntryType::file:
      return "regular file";
    case EntryType::directory:
      return "directory";
    case EntryType::symlink:
      return "symbolic link";
    case EntryType::hardlink:
      return "hard link";
    case EntryType::char_device:
      return "character device";
    case EntryType::block_device:
      return "block device";
    case EntryType::fifo:
      return "fifo";
    case EntryType::whiteout:
      return "whiteout";
    case EntryType::opaque:
      return "opaque marker";
  }
  return "entry";
}

std::strong_ordering compare_paths(std::string_view left, std::string_view right) {
  const std::size_t i = first_difference(left, right);
  if (i == left.size() || i == right.size()) return left.size() <=> right.size();
  return sort_byte(left, i) <=> sort_byte(right, i);
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder.empty()) return !path.empty();
  return path.size() > folder.size() && path[folder.size()] == '/' && path.starts_with(folder);
}

bool layer_order(const TreeEntry& left, const TreeEntry& right) {
  const std::string_view l = left.path;
  const std::string_view r = right.path;
  const std::size_t i = first_difference(l, r);
  if (i == l.size() && i == r.size()) return rank_at_same_path(left.type) < rank_at_same_path(right.type);
  if (i == l.size() && is_below(r, l)) return true;
  if (i == r.size() && is_below(l, r)) return false;
  // The paths part inside one folder: its whiteouts come first.
  const bool left_first = is_whiteout(left) && l.find('/', i) == std::string_view::npos;
  const bool right_first = is_whiteout(right) && r.find('/', i) == std::string_view::npos;
  if (left_first != right_first) return left_first;
  return sort_byte(l, i) < sort_byte(r, i);
}

void sort_entries(std::vector<TreeEntry>& entries) {
  if (std::is_sorted(entries.begin(), entries.end(), layer_order)) return;
  // Entries are large: sort their positions, then move each entry once.
  std::vector<std::size_t> order(entries.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return layer_order(entries[a], entries[b]); });
  std::vector<TreeEntry> sorted;
  sorted.reserve(entries.size());
  for (const std::size_t i : order) sorted.push_back(std::move(entries[i]));
  entries = std::move(sorted);
}

void normalise_tree(FileTree& tree, std::size_t most_entries) {
  if (tree.entries.size() > most_entries) {
    throw usage_error("{} entries are more than the {} that a layer may have", tree.entries.size(),
                      most_entries);
  }
  for (TreeEntry& entry : tree.entries) {
    clear_foreign_fields(entry);
    check_entry(entry);
  }
  sort_entries(tree.entries);
  check_neighbours(tree.entries);
  check_removed(tree.entries);
  rehome_hard_links(tree.entries);
}

void check_entry_path(std::string_view path) {
  if (const auto breach = path_breach(path)) {
    throw usage_error("entry '{}': {}", shown_name(path), breach->message);
  }
}

}  // namespace compose
