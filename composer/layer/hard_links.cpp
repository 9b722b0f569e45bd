#include "composer/layer/hard_links.hpp"

#include <algorithm>
#include <utility>

#include "composer/layer/entry_rules.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// Which file each hard link means in the end, found without walking a chain twice.
class LinkGroups {
 public:
  explicit LinkGroups(const std::vector<TreeEntry>& entries)
      : entries_(entries), file_(entries.size(), unknown), first_(entries.size(), unknown) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (entries[i].type != EntryType::hardlink) continue;
      const std::size_t file = file_of(i);
      first_[file] = std::min({first_[file], file, i});
    }
  }
  [[nodiscard]] std::size_t file(std::size_t link) const { return file_[link]; }
  // The first name of a file; `unknown` if it has only one.
  [[nodiscard]] std::size_t first(std::size_t file) const { return first_[file]; }

  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);

 private:
  static constexpr std::size_t on_this_chain = unknown - 1;

  std::size_t file_of(std::size_t link) {
    std::vector<std::size_t> chain;
    std::size_t at = link;
    while (entries_[at].type == EntryType::hardlink && file_[at] == unknown) {
      chain.push_back(at);
      file_[at] = on_this_chain;
      at = target_of(entries_[at]);
    }
    const std::size_t file = entries_[at].type == EntryType::hardlink ? file_[at] : at;
    if (file == on_this_chain) refuse(entries_[link], "hard links in a circle");
    for (const std::size_t name : chain) file_[name] = file;
    return file;
  }

  [[nodiscard]] std::size_t target_of(const TreeEntry& link) const {
    TreeEntry probe;
    probe.path = link.link;
    const auto found = std::lower_bound(entries_.begin(), entries_.end(), probe, layer_order);
    if (found == entries_.end() || found->path != link.link || found->type == EntryType::opaque) {
      refuse(link, fmt::format("hard link to '{}', which is not there", shown_name(link.link)));
    }
    if (found->type != EntryType::file && found->type != EntryType::hardlink) {
      refuse(link, fmt::format("hard link to '{}', which is no regular file but a {}", shown_name(link.link),
                               entry_type_name(found->type)));
    }
    return static_cast<std::size_t>(found - entries_.begin());
  }

  [[noreturn]] static void refuse(const TreeEntry& entry, std::string_view rule) {
    throw usage_error("entry '{}': {}", shown_name(entry.path), rule);
  }

  const std::vector<TreeEntry>& entries_;
  std::vector<std::size_t> file_;   // of a hard link
  std::vector<std::size_t> first_;  // of a file
};

void become_link(TreeEntry& entry, const TreeEntry& file) {
  entry.type = EntryType::hardlink;
  entry.link = file.path;
  entry.attributes = file.attributes;
  entry.attributes.xattrs.clear();
  entry.mtime = file.mtime;
  entry.size = entry.content = 0;
}

}  // namespace

void rehome_hard_links(std::vector<TreeEntry>& entries) {
  const auto is_link = [](const TreeEntry& entry) { return entry.type == EntryType::hardlink; };
  if (std::none_of(entries.begin(), entries.end(), is_link)) return;
  const LinkGroups groups(entries);
  // First the files move to their first names; then all other names follow.
  std::vector<std::pair<std::size_t, std::size_t>> links;  // name, first name
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (is_link(entries[i])) links.emplace_back(i, groups.first(groups.file(i)));
  }
  for (std::size_t file = 0; file < entries.size(); ++file) {
    const std::size_t first = groups.first(file);
    if (first == LinkGroups::unknown || first == file) continue;
    TreeEntry moved = entries[file];
    moved.path = entries[first].path;
    entries[first] = std::move(moved);
    links.emplace_back(file, first);
  }
  for (const auto& [name, first] : links) {
    if (name != first) become_link(entries[name], entries[first]);
  }
}

}  // namespace compose
