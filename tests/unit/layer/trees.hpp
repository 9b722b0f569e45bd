// Trees in memory and tar streams for the tests of layers.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/tar_reader.hpp"
#include "composer/layer/tar_writer.hpp"

namespace compose::test {

inline TreeEntry entry(std::string path, EntryType type = EntryType::file) {
  TreeEntry made;
  made.path = std::move(path);
  made.type = type;
  made.attributes.mode = type == EntryType::directory ? 0755 : 0644;
  made.mtime = 1'767'225'600;
  return made;
}

inline TreeEntry directory(std::string path, std::uint32_t mode = 0755) {
  TreeEntry made = entry(std::move(path), EntryType::directory);
  made.attributes.mode = mode;
  return made;
}

inline TreeEntry link_to(std::string path, std::string target, EntryType type = EntryType::symlink) {
  TreeEntry made = entry(std::move(path), type);
  made.link = std::move(target);
  return made;
}

// Contents by handle.
class TextContents final : public ContentReader {
 public:
  explicit TextContents(std::vector<std::string> texts) : texts_(std::move(texts)) {}
  void read(const TreeEntry& entry, const ByteSink& sink) const override {
    sink(bytes_of(texts_.at(entry.content)));
  }

 private:
  std::vector<std::string> texts_;
};

class TreeMaker {
 public:
  TreeMaker& file(TreeEntry made, std::string text) {
    made.size = text.size();
    made.content = texts_.size();
    texts_.push_back(std::move(text));
    return add(std::move(made));
  }
  TreeMaker& file(std::string path, std::string text) {
    return file(entry(std::move(path)), std::move(text));
  }
  TreeMaker& add(TreeEntry made) {
    entries_.push_back(std::move(made));
    return *this;
  }
  [[nodiscard]] FileTree tree() const { return FileTree{entries_, std::make_shared<TextContents>(texts_)}; }
  [[nodiscard]] FileTree normalised() const {
    FileTree made = tree();
    normalise_tree(made);
    return made;
  }

 private:
  std::vector<TreeEntry> entries_;
  std::vector<std::string> texts_;
};

inline std::string tar_of(const FileTree& tree) {
  std::string bytes;
  write_tar(tree, [&](std::span<const std::byte> piece) { bytes += text_of(piece); });
  return bytes;
}

struct ReadBack {
  std::vector<TreeEntry> entries;
  std::map<std::string, std::string> texts;  // of regular files
  Findings faults;
  bool broken = false;

  [[nodiscard]] bool has(std::string_view code) const {
    return std::any_of(faults.begin(), faults.end(),
                       [&](const Finding& fault) { return fault.code == code; });
  }
  [[nodiscard]] std::string codes() const {
    std::string all;
    for (const Finding& fault : faults) all += (all.empty() ? "" : " ") + fault.code;
    return all;
  }
};

inline ReadBack read_tar(std::string_view bytes, TarDialect dialect, std::size_t piece = 1u << 20,
                         TarLimits limits = {}) {
  ReadBack back;
  TarReader reader(
      dialect, [&](const TreeEntry& entry) { back.entries.push_back(entry); },
      [&](std::span<const std::byte> part) { back.texts[back.entries.back().path] += text_of(part); },
      limits);
  while (!bytes.empty()) {
    reader.feed(bytes_of(bytes.substr(0, piece)));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  reader.finish();
  back.faults = reader.faults();
  back.broken = reader.broken();
  return back;
}

// Everything but `content`, which means something else on each side.
inline std::string described(const TreeEntry& entry) {
  std::string text = fmt::format("{}|{}|{:o}|{}:{}|{}|{}|{}|{},{}", entry.path, entry_type_name(entry.type),
                                 entry.attributes.mode, entry.attributes.uid, entry.attributes.gid,
                                 entry.mtime, entry.size, entry.link, entry.device_major, entry.device_minor);
  for (const auto& [name, value] : entry.attributes.xattrs) text += "|" + name + "=" + value;
  return text;
}

inline std::vector<std::string> described(const std::vector<TreeEntry>& entries) {
  std::vector<std::string> texts;
  for (const TreeEntry& entry : entries) texts.push_back(described(entry));
  return texts;
}

}  // namespace compose::test
