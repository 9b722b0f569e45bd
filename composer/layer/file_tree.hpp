// The files of a stage, before they become a layer: sorted entries and a way to read their
// contents. Nothing of the host is in it.
//
// Paths are relative to the image's root, '/'-separated, without leading or trailing slash:
// "srv/app/bin"; "" is the root itself. Bytes, not characters: any byte but NUL.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signer/byte_sink.hpp"
#include "signer/digest.hpp"

namespace compose {

enum class EntryType {
  file,
  directory,
  symlink,
  hardlink,
  char_device,
  block_device,
  fifo,
  whiteout,
  opaque
};
[[nodiscard]] std::string_view entry_type_name(EntryType type);  // for messages: "symbolic link", …

// Owner, mode and xattrs: what a layer may not change on a directory that it does not own.
struct Attributes {
  std::uint32_t mode = 0755;  // 12 bits
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::map<std::string, std::string> xattrs;  // "user.x" → bytes
  bool operator==(const Attributes&) const = default;
};

struct TreeEntry {
  std::string path;  // of a whiteout: what it hides; of an opaque marker: the directory
  EntryType type = EntryType::file;
  Attributes attributes;
  std::int64_t mtime = 0;  // whole seconds, 0 ≤ mtime ≤ 2^33 - 1
  std::uint64_t size = 0;  // of a file's content
  std::string link;        // symlink: the text; hardlink: the path of the first name
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint64_t content = 0;  // a handle that the tree's ContentReader understands
};

// Reads the content of regular files. Calls for different entries may come from several
// threads. Exactly entry.size bytes are delivered, or an Error is thrown ("changed while it
// was read").
class ContentReader {
 public:
  virtual ~ContentReader() = default;
  virtual void read(const TreeEntry& entry, const ByteSink& sink) const = 0;
};

struct FileTree {
  std::vector<TreeEntry> entries;
  std::shared_ptr<const ContentReader> contents;  // null only if no file has content
};

// Component by component, bytewise; a folder comes right before what it holds.
[[nodiscard]] std::strong_ordering compare_paths(std::string_view left, std::string_view right);
struct PathLess {
  using is_transparent = void;
  [[nodiscard]] bool operator()(std::string_view left, std::string_view right) const {
    return compare_paths(left, right) < 0;
  }
};
// "a/b" of "a/b/c", "" of "a" and of "".
[[nodiscard]] std::string_view parent_path(std::string_view path);
// Is `path` strictly below `folder`? Everything but "" is below "".
[[nodiscard]] bool is_below(std::string_view path, std::string_view folder);

// The order of a layer: component by component, bytewise, a directory before what it holds,
// whiteouts and opaque markers before their siblings. Less-than over entries.
[[nodiscard]] bool layer_order(const TreeEntry& left, const TreeEntry& right);
void sort_entries(std::vector<TreeEntry>& entries);  // by layer_order, stable

// Sorts, then holds the tree against the rules that every layer of ours obeys, whatever its
// source: no duplicates, no "..", ".", empty or over-long components (255), paths ≤ 4096 bytes,
// depth ≤ 256, no NUL, no names beginning ".wh.", ids < 2^31, mtimes in range, hard links to a regular file
// of the tree (re-homed so that the first name in order is the file), no more than `most_entries` entries, no
// path below an entry that is no directory or that is removed, no xattrs of overlayfs. A hard link
// shares the attributes and the time of its file (and repeats no xattrs); fields that a type does
// not have are cleared. Throws usage Errors that name path and rule.
void normalise_tree(FileTree& tree, std::size_t most_entries = 1'000'000);

// What a path must be: no "..", ".", empty, over-long or ".wh." component, not absolute, no NUL,
// within the limits above. Throws a usage Error "entry 'x': …". "" is the root and passes: who
// holds a raw name from outside refuses an empty one first.
void check_entry_path(std::string_view path);

}  // namespace compose
