#include <algorithm>
#include <set>
#include <unordered_map>

#include "composer/source/source.hpp"
#include "signer/error.hpp"
#include "signer/path_glob.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

bool same_owner_and_mode(const Attributes& a, const Attributes& b) {
  return a.mode == b.mode && a.uid == b.uid && a.gid == b.gid;
}

bool has_mode(EntryType type) { return type != EntryType::symlink && type != EntryType::whiteout; }

void set_owner(Attributes& attributes, const NumericOwner& owner) {
  attributes.uid = owner.uid;
  attributes.gid = owner.gid;
}

void apply_rule(const AttributeRule& rule, EntryType type, Attributes& attributes) {
  if (rule.mode && has_mode(type)) attributes.mode = *rule.mode;
  if (rule.owner) set_owner(attributes, *rule.owner);
}

void apply_owner(const Stage& stage, SourceTree& source) {
  if (!stage.owner) return;
  for (TreeEntry& entry : source.tree.entries) set_owner(entry.attributes, *stage.owner);
  set_owner(source.root, *stage.owner);
  if (stage.to != "/") source.root_stated = true;
}

// Only a rule for everything means the source's root too: "*" is about what lies in it.
bool covers_root(const AttributeRule& rule) { return rule.match == "**" || rule.match == "/**"; }

// Rules come in order, so the last that matches wins, field by field.
void apply_attribute_rules(const Stage& stage, SourceTree& source, std::vector<std::string>& notices) {
  for (const AttributeRule& rule : stage.attributes) {
    bool used = false;
    for (TreeEntry& entry : source.tree.entries) {
      if (!glob_matches(rule.match, entry.path)) continue;
      apply_rule(rule, entry.type, entry.attributes);
      used = true;
    }
    if (covers_root(rule) && (stage.to != "/" || source.root_stated)) {
      apply_rule(rule, EntryType::directory, source.root);
      source.root_stated = true;
      used = true;
    }
    if (!used) notices.push_back(fmt::format("attributes rule '{}' matches nothing", printable(rule.match)));
  }
}

// The names of one file have one owner and one mode; a rule that means only some of them
// cannot be kept.
void hold_links_together(const Stage& stage, const std::vector<TreeEntry>& entries) {
  if (stage.attributes.empty()) return;
  std::unordered_map<std::string_view, const Attributes*> files;
  for (const TreeEntry& entry : entries) {
    if (entry.type == EntryType::file) files.emplace(entry.path, &entry.attributes);
  }
  for (const TreeEntry& entry : entries) {
    if (entry.type != EntryType::hardlink) continue;
    const auto file = files.find(entry.link);
    if (file == files.end() || same_owner_and_mode(*file->second, entry.attributes)) continue;
    throw Error(ErrorKind::usage,
                fmt::format("attributes: '{}' and '{}' are two names of one file and would differ",
                            printable(entry.link), printable(entry.path)),
                "give the rule a glob that matches both names");
  }
}

void apply_times(const Stage& stage, SourceTree& source, std::int64_t epoch) {
  const bool own_times = std::holds_alternative<ArchiveSource>(stage.from);
  const auto time_of = [&](std::int64_t own) { return own_times ? std::min(own, epoch) : epoch; };
  for (TreeEntry& entry : source.tree.entries) entry.mtime = time_of(entry.mtime);
  source.root_mtime = time_of(source.root_mtime);
}

std::string_view inside_image(std::string_view path) { return path.substr(path.starts_with('/') ? 1 : 0); }

void move_to(std::string_view to, std::vector<TreeEntry>& entries) {
  if (to.empty()) return;
  const std::string prefix = std::string(to) + "/";
  for (TreeEntry& entry : entries) {
    entry.path.insert(0, prefix);
    if (entry.type == EntryType::hardlink) entry.link.insert(0, prefix);
  }
}

// "/" belongs to the base: it becomes an entry only where an archive makes a point of it.
void add_root(std::string_view to, const SourceTree& source, std::vector<TreeEntry>& entries) {
  const bool wanted =
      to.empty() ? source.root_stated && source.root != Attributes{} : source.root_stated || entries.empty();
  if (!wanted) return;
  TreeEntry root;
  root.path = to;
  root.type = EntryType::directory;
  root.attributes = source.root;
  root.mtime = source.root_mtime;
  entries.push_back(std::move(root));
}

using RemovedPaths = std::set<std::string, std::less<>>;

// The removed path that is `path` or lies above it.
const std::string* removed_at(const RemovedPaths& removed, std::string_view path) {
  for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
    const auto found = removed.find(path.substr(0, end));
    if (found != removed.end()) return &*found;
    if (end == std::string_view::npos) return nullptr;
  }
}

RemovedPaths removed_paths(const Stage& stage) {
  RemovedPaths removed;
  for (const std::string& path : stage.remove) {
    check_entry_path(inside_image(path));
    if (!removed.emplace(inside_image(path)).second) {
      throw usage_error("remove '{}': named twice", printable(path));
    }
  }
  for (const std::string& path : removed) {
    const auto parent_end = path.rfind('/');
    if (parent_end == std::string::npos) continue;
    const std::string* above = removed_at(removed, std::string_view(path).substr(0, parent_end));
    if (above != nullptr) {
      throw usage_error("remove '/{}': goes with '/{}' already", printable(path), printable(*above));
    }
  }
  return removed;
}

void add_whiteouts(const Stage& stage, std::int64_t epoch, std::vector<TreeEntry>& entries) {
  const RemovedPaths removed = removed_paths(stage);
  if (removed.empty()) return;
  for (const TreeEntry& entry : entries) {
    const std::string* hit = removed_at(removed, entry.path);
    if (hit == nullptr) continue;
    throw Error(
        ErrorKind::usage,
        fmt::format("remove '/{}': the same stage brings '/{}'", printable(*hit), printable(entry.path)),
        "a layer replaces what it brings anyway; what must vanish first needs a stage of its own");
  }
  for (const std::string& path : removed) {
    TreeEntry whiteout;
    whiteout.path = path;
    whiteout.type = EntryType::whiteout;
    whiteout.mtime = epoch;
    entries.push_back(std::move(whiteout));
  }
}

}  // namespace

FileTree place_in_image(const Stage& stage, SourceTree source, std::int64_t epoch,
                        std::vector<std::string>& notices) {
  const std::string_view to = inside_image(stage.to);
  apply_owner(stage, source);
  apply_attribute_rules(stage, source, notices);
  hold_links_together(stage, source.tree.entries);
  apply_times(stage, source, epoch);
  move_to(to, source.tree.entries);
  add_root(to, source, source.tree.entries);
  add_whiteouts(stage, epoch, source.tree.entries);
  normalise_tree(source.tree);
  return std::move(source.tree);
}

}  // namespace compose
