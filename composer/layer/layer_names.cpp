#include "composer/layer/layer_names.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "composer/layer/entry_rules.hpp"

namespace compose {

namespace {

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

bool is_folder(EntryType type) { return type == EntryType::directory; }

}  // namespace

std::optional<LayerNames::NodeId> LayerNames::find(std::string_view path) const {
  NodeId node = 0;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const auto found = children_.find(KeyLess::View(node, path.substr(0, slash)));
    if (found == children_.end()) return std::nullopt;
    node = found->second;
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return node;
}

LayerNames::NodeId LayerNames::child(NodeId folder, std::string_view name) {
  nodes_[folder].has_below = true;
  const auto found = children_.find(KeyLess::View(folder, name));
  if (found != children_.end()) return found->second;
  if (nodes_.size() > most_) {
    full_ = true;
    return folder;
  }
  const auto id = static_cast<NodeId>(nodes_.size());
  children_.emplace(Key(folder, name), id);
  nodes_.emplace_back();
  return id;
}

void LayerNames::check_folder(const Node& node, std::string_view folder, const TreeEntry& entry,
                              TarFaults& faults) const {
  const bool strict = dialect_ == TarDialect::strict;
  if (node.whiteout) {
    faults.add_entry("tar-whiteout-and-entry", entry.path,
                     fmt::format("it lies below '{}', which this layer also whites out", shown_name(folder)));
  }
  if (!node.present && strict) {
    faults.add_entry("tar-parent", entry.path,
                     fmt::format("its parent '{}' is not in the layer before it", shown_name(folder)));
  }
  // Unpackers resolve symbolic links inside the image; a layer of ours has no need of it.
  const bool tolerated = node.type == EntryType::symlink && !strict;
  if (node.present && !is_folder(node.type) && !tolerated) {
    faults.add_entry("tar-parent", entry.path,
                     fmt::format("its parent '{}' is no directory but a {}", shown_name(folder),
                                 entry_type_name(node.type)));
  }
}

// The node of the entry's folder; makes the folders on the way.
LayerNames::NodeId LayerNames::folder_of(const TreeEntry& entry, TarFaults& faults) {
  const std::string_view folder = parent_path(entry.path);
  if (folder == last_folder_) return last_folder_id_;
  const std::size_t faults_before = faults.count();
  NodeId node = 0;
  for (std::size_t end = 0; end < folder.size() && !full_;) {
    const std::size_t start = end == 0 ? 0 : end + 1;
    end = std::min(folder.find('/', start), folder.size());
    node = child(node, folder.substr(start, end - start));
    check_folder(nodes_[node], folder.substr(0, end), entry, faults);
  }
  if (!full_ && faults.count() == faults_before) {
    last_folder_ = folder;
    last_folder_id_ = node;
  }
  return node;
}

void LayerNames::check_order(const TreeEntry& entry, TarFaults& faults) {
  if (before_ && layer_order(entry, *before_)) {
    faults.add_entry("tar-order", entry.path,
                     fmt::format("it belongs before '{}'", shown_name(before_->path)));
  }
  if (!before_) before_.emplace();
  before_->path = entry.path;
  before_->type = entry.type;
}

void LayerNames::admit_whiteout(Node& node, const TreeEntry& entry, TarFaults& faults) {
  if (node.whiteout) faults.add_entry("tar-duplicate", entry.path, "it is whited out twice");
  if (node.present || node.has_below || node.opaque) {
    faults.add_entry("tar-whiteout-and-entry", entry.path, "the layer both holds it and whites it out");
  }
  node.whiteout = true;
}

void LayerNames::admit_opaque(Node& node, const TreeEntry& entry, TarFaults& faults) {
  if (node.opaque) faults.add_entry("tar-duplicate", entry.path, "it is marked opaque twice");
  node.opaque = true;
  node.has_below = true;
  if (&node != &nodes_.front()) check_folder(node, entry.path, entry, faults);
}

void LayerNames::admit_file(Node& node, const TreeEntry& entry, TarFaults& faults) {
  if (node.present) faults.add_entry("tar-duplicate", entry.path, "it is there twice");
  if (node.whiteout) {
    faults.add_entry("tar-whiteout-and-entry", entry.path, "the layer both holds it and whites it out");
  }
  if (node.has_below && !is_folder(entry.type)) {
    faults.add_entry("tar-parent", entry.path,
                     fmt::format("it is a {}, but other entries lie below it", entry_type_name(entry.type)));
  }
  if (node.present) return;
  node.present = true;
  node.type = entry.type;
  node.mode = entry.attributes.mode;
  node.uid = entry.attributes.uid;
  node.gid = entry.attributes.gid;
  node.mtime = entry.mtime;
}

void LayerNames::check_hard_link(const TreeEntry& entry, TarFaults& faults) const {
  const auto fault = [&](std::string_view rule) {
    faults.add_entry("tar-hardlink", entry.path,
                     fmt::format("hard link to '{}', {}", shown_name(entry.link), rule));
  };
  const auto target = find(entry.link);
  if (!target || !nodes_[*target].present || entry.link == entry.path) {
    return fault("which is not in the layer before it");
  }
  const Node& node = nodes_[*target];
  if (is_folder(node.type)) return fault("which is a directory");
  if (dialect_ != TarDialect::strict) return;
  if (node.type != EntryType::file) return fault("which is not the first name of a regular file");
  const Attributes& attributes = entry.attributes;
  const bool same = node.mode == attributes.mode && node.uid == attributes.uid &&
                    node.gid == attributes.gid && node.mtime == entry.mtime && attributes.xattrs.empty();
  if (!same) fault("with other attributes than the file");
}

void LayerNames::admit(const TreeEntry& entry, TarFaults& faults) {
  if (full_) return;
  if (dialect_ == TarDialect::strict) check_order(entry, faults);
  if (entry.type == EntryType::hardlink) check_hard_link(entry, faults);
  NodeId id = 0;
  if (!entry.path.empty()) {
    const NodeId folder = folder_of(entry, faults);
    if (!full_) id = child(folder, last_component(entry.path));
  }
  if (full_) return;
  Node& node = nodes_[id];
  if (entry.type == EntryType::whiteout) return admit_whiteout(node, entry, faults);
  if (entry.type == EntryType::opaque) return admit_opaque(node, entry, faults);
  admit_file(node, entry, faults);
}

bool LayerNames::holds(std::string_view path) const {
  const auto node = find(path);
  return node && (nodes_[*node].present || nodes_[*node].has_below);
}

bool LayerNames::holds_folder(std::string_view path) const {
  const auto node = find(path);
  if (!node) return false;
  const Node& found = nodes_[*node];
  return found.present ? is_folder(found.type) : found.has_below;
}

}  // namespace compose
