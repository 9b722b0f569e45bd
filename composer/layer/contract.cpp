#include "composer/layer/contract.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "composer/layer/entry_rules.hpp"
#include "signer/path_glob.hpp"

namespace compose {

namespace {

constexpr std::size_t most_findings = 100;

std::string described(const Attributes& attributes) {
  return fmt::format("{:04o} {}:{}{}", attributes.mode, attributes.uid, attributes.gid,
                     attributes.xattrs.empty() ? "" : " with extended attributes");
}

// What would give a program rights that its user does not have, or reach a device.
std::string_view special_trait(const TreeEntry& entry) {
  const bool file = entry.type == EntryType::file || entry.type == EntryType::hardlink;
  if (file && (entry.attributes.mode & 06000) != 0) return "a set-user-id or set-group-id file";
  if (entry.type == EntryType::char_device || entry.type == EntryType::block_device) return "a device";
  if (entry.attributes.xattrs.contains("security.capability")) return "a file with capabilities";
  return "";
}

class ContractCheck {
 public:
  ContractCheck(const std::vector<TreeEntry>& entries, const LayerView& below, const Contract& contract)
      : entries_(entries), below_(below), contract_(contract) {
    const auto& globs = contract.may_write;
    whole_tree_ =
        std::any_of(globs.begin(), globs.end(), [](const auto& g) { return glob_covers(g, "/**"); });
    for (const TreeEntry& entry : entries) {
      if (entry.type == EntryType::directory) own_[entry.path].directory = true;
      if (entry.type == EntryType::symlink) own_[entry.path].symlink = true;
      if (entry.type == EntryType::opaque) own_[entry.path].opaque = true;
    }
  }

  Findings run() {
    for (const TreeEntry& entry : entries_) check(entry);
    check_new_directories();
    check_removals();
    report_links();
    return std::move(findings_);
  }

 private:
  struct OwnFolder {  // what the layer itself has at a path
    bool directory = false, symlink = false, opaque = false;
  };
  struct LinkUse {
    std::string first;  // an entry that goes through the link
    std::size_t uses = 0;
  };

  [[nodiscard]] bool allowed(std::string_view path) const {
    return whole_tree_ || any_glob_matches(contract_.may_write, path);
  }

  void add(std::string_view code, std::string message) {
    if (findings_.size() > most_findings) return;
    if (findings_.size() == most_findings) {
      findings_.push_back({"contract-more", "", "more breaches: the rest is not named", ""});
      return;
    }
    std::string globs;
    for (const std::string& glob : contract_.may_write) globs += (globs.empty() ? "" : ", ") + glob;
    findings_.push_back(
        {std::string(code), "", std::move(message),
         fmt::format("team '{}' may write: {}", shown_name(contract_.team), shown_name(globs))});
  }

  [[nodiscard]] std::string may_not(std::string_view verb, std::string_view path) const {
    return fmt::format("team '{}' may not {} '/{}'", shown_name(contract_.team), verb, shown_name(path));
  }

  void check(const TreeEntry& entry) {
    check_parents(parent_path(entry.path));
    if (!link_.empty()) {
      LinkUse& use = links_[link_];
      if (use.uses++ == 0) use.first = entry.path;
      return;
    }
    if (!whole_tree_) {
      if (const std::string_view trait = special_trait(entry); !trait.empty()) {
        add("contract-special",
            fmt::format("{}: it is {}, which needs '/**'", may_not("write", entry.path), trait));
      }
    }
    note_removal(entry);
    if (allowed(entry.path)) return note_way_to(entry.path);
    if (entry.type == EntryType::directory) return check_outer_directory(entry);
    const bool removes = entry.type == EntryType::whiteout || entry.type == EntryType::opaque;
    if (removes) return;  // check_removals has the word
    add("contract", may_not("write", entry.path));
  }

  // Sets link_ to the first parent that is a symbolic link, for all entries of one folder.
  void check_parents(std::string_view folder) {
    if (folder_known_ && folder == folder_) return;
    folder_known_ = true;
    folder_ = folder;
    link_.clear();
    for (std::size_t end = 0; end < folder.size() && link_.empty();) {
      end = std::min(folder.find('/', end + 1), folder.size());
      check_parent(folder.substr(0, end));
    }
  }

  void check_parent(std::string_view parent) {
    const auto found = own_.find(parent);
    const OwnFolder own = found == own_.end() ? OwnFolder{} : found->second;
    const LayerView::Node* node = below_.find(parent);
    const bool linked_below = node != nullptr && node->type == EntryType::symlink;
    // An opaque directory of its own takes the place of the link on purpose.
    if (own.symlink || (linked_below && !(own.directory && own.opaque))) {
      link_ = parent;
      return;
    }
    const bool replaced = node != nullptr && node->type != EntryType::directory && !own.directory;
    if (replaced && !allowed(parent)) {
      add("contract", fmt::format("{}: it is a {} below and would become a directory",
                                  may_not("write", parent), entry_type_name(node->type)));
    }
  }

  // The folders above a path that the team may write.
  void note_way_to(std::string_view path) {
    if (path.empty()) return;
    for (std::string_view folder = parent_path(path); ways_.emplace(folder).second && !folder.empty();) {
      folder = parent_path(folder);
    }
  }

  void check_outer_directory(const TreeEntry& entry) {
    const LayerView::Node* node = below_.find(entry.path);
    if (node == nullptr) {
      new_directories_.push_back(&entry);
    } else if (node->type != EntryType::directory) {
      add("contract", may_not("write", entry.path));
    } else if (node->attributes != entry.attributes) {
      add("contract-parent",
          fmt::format("{}: the directory is {} below and {} in the layer", may_not("change", entry.path),
                      described(node->attributes), described(entry.attributes)));
    }
  }

  // Every unpacker makes missing parents by itself, 0755 0:0; nothing else may be new outside.
  void check_new_directories() {
    for (const TreeEntry* entry : new_directories_) {
      if (entry->attributes == Attributes{} && ways_.contains(entry->path)) continue;
      add("contract", fmt::format("{}: a new directory, {}", may_not("write", entry->path),
                                  described(entry->attributes)));
    }
  }

  void note_removal(const TreeEntry& entry) {
    const bool marker = entry.type == EntryType::whiteout || entry.type == EntryType::opaque;
    if (marker && !allowed(entry.path)) {
      add("contract-whiteout", may_not(entry.type == EntryType::opaque ? "empty" : "remove", entry.path));
      return;
    }
    const LayerView::Node* node = below_.find(entry.path);
    const bool was_directory = node != nullptr && node->type == EntryType::directory;
    if (was_directory && entry.type != EntryType::directory) removals_.push_back(&entry);
  }

  // What vanishes with a directory must all be the team's own. Sorted, so that nested removals
  // are walked once.
  void check_removals() {
    if (whole_tree_) return;
    std::sort(removals_.begin(), removals_.end(),
              [](const auto* a, const auto* b) { return compare_paths(a->path, b->path) < 0; });
    const TreeEntry* walked = nullptr;
    for (const TreeEntry* removal : removals_) {
      const bool known =
          walked != nullptr && (removal->path == walked->path || is_below(removal->path, walked->path));
      if (known) continue;
      walked = removal;
      check_hidden(*removal);
    }
  }

  void check_hidden(const TreeEntry& removal) {
    const auto& globs = contract_.may_write;
    const std::string tree = removal.path.empty() ? "/**" : "/" + removal.path + "/**";
    if (std::any_of(globs.begin(), globs.end(), [&](const auto& g) { return glob_covers(g, tree); })) return;
    for (const std::string& path : below_.below(removal.path)) {
      if (allowed(path)) continue;
      add("contract-whiteout", fmt::format("{}, which the {} '/{}' removes", may_not("remove", path),
                                           entry_type_name(removal.type), shown_name(removal.path)));
      return;
    }
  }

  void report_links() {
    for (const auto& [link, use] : links_) {
      const std::string more = use.uses > 1 ? fmt::format(" and {} more entries", use.uses - 1) : "";
      add("write-through-link", fmt::format("entry '{}'{}: the parent '{}' is a symbolic link",
                                            shown_name(use.first), more, shown_name(link)));
    }
  }

  const std::vector<TreeEntry>& entries_;
  const LayerView& below_;
  const Contract& contract_;
  bool whole_tree_ = false;
  std::map<std::string, OwnFolder, PathLess> own_;
  bool folder_known_ = false;
  std::string folder_;  // the folder that link_ is about
  std::string link_;
  std::map<std::string, LinkUse, PathLess> links_;
  std::set<std::string, PathLess> ways_;
  std::vector<const TreeEntry*> new_directories_;
  std::vector<const TreeEntry*> removals_;
  Findings findings_;
};

}  // namespace

Findings contract_breaches(const std::vector<TreeEntry>& entries, const LayerView& below,
                           const Contract& contract) {
  return ContractCheck(entries, below, contract).run();
}

}  // namespace compose
