// Every name of one layer while it is read: no name twice, nothing below what is no directory,
// hard links only to earlier names, no name both there and whited out.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/tar_faults.hpp"
#include "composer/layer/tar_reader.hpp"

namespace compose {

class LayerNames {
 public:
  // Names that may exist in all, implied folders counted too.
  LayerNames(TarDialect dialect, std::size_t most_names) : dialect_(dialect), most_(most_names) {}

  // Takes the next entry of the layer and says what it breaks. Precondition: entry_breach is
  // empty. The strict dialect wants every parent as an entry, and the writer's order.
  void admit(const TreeEntry& entry, TarFaults& faults);
  // More names than allowed: nothing is taken any more.
  [[nodiscard]] bool full() const { return full_; }

  // Did the layer itself bring this path, be it as a folder on the way to another?
  [[nodiscard]] bool holds(std::string_view path) const;
  [[nodiscard]] bool holds_folder(std::string_view path) const;

 private:
  using NodeId = std::uint32_t;
  struct Node {
    bool present = false;    // an entry of its own
    bool has_below = false;  // something was below it: it is a folder, at least implied
    bool whiteout = false;
    bool opaque = false;
    EntryType type = EntryType::directory;
    std::uint32_t mode = 0, uid = 0, gid = 0;
    std::int64_t mtime = 0;
  };
  using Key = std::pair<NodeId, std::string>;
  struct KeyLess {
    using is_transparent = void;
    using View = std::pair<NodeId, std::string_view>;
    bool operator()(const Key& left, const Key& right) const { return left < right; }
    bool operator()(const Key& left, const View& right) const { return View(left) < right; }
    bool operator()(const View& left, const Key& right) const { return left < View(right); }
  };

  [[nodiscard]] std::optional<NodeId> find(std::string_view path) const;
  NodeId child(NodeId folder, std::string_view name);
  NodeId folder_of(const TreeEntry& entry, TarFaults& faults);
  void check_folder(const Node& node, std::string_view folder, const TreeEntry& entry,
                    TarFaults& faults) const;
  void check_order(const TreeEntry& entry, TarFaults& faults);
  void admit_whiteout(Node& node, const TreeEntry& entry, TarFaults& faults);
  void admit_opaque(Node& node, const TreeEntry& entry, TarFaults& faults);
  void admit_file(Node& node, const TreeEntry& entry, TarFaults& faults);
  void check_hard_link(const TreeEntry& entry, TarFaults& faults) const;

  TarDialect dialect_;
  std::size_t most_;
  bool full_ = false;
  std::vector<Node> nodes_ = std::vector<Node>(1);  // the first is the root
  // A tree and no hash table: names come from outside, and nobody can make it slow.
  std::map<Key, NodeId, KeyLess> children_;
  std::string last_folder_;  // entries mostly come folder by folder
  NodeId last_folder_id_ = 0;
  std::optional<TreeEntry> before_;  // path and type of the entry before
};

}  // namespace compose
