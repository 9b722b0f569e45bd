#include "composer/custody/bundle_from_log.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "signer/merkle.hpp"

namespace compose {

namespace {

class Selection {
 public:
  explicit Selection(const CustodyLog& log) : log_(log) {
    for (std::size_t i = 0; i < log.entries.size(); ++i) index_.emplace(log.entries[i].id, i);
  }

  void take(const EntryId& root) {
    std::vector<EntryId> todo{root};
    while (!todo.empty()) {
      const EntryId id = todo.back();
      todo.pop_back();
      const auto found = index_.find(id);
      if (found == index_.end() || !taken_.insert(found->second).second) continue;
      const auto& parents = log_.entries[found->second].statement.header.parents;
      todo.insert(todo.end(), parents.begin(), parents.end());
    }
  }

  // Later entries that speak of what is taken. The log's order is such that one pass does.
  void take_stamps(const BlobDigest& manifest) {
    for (const auto& entry : log_.entries) {
      if (const auto* stamp = std::get_if<CountersignClaim>(&entry.statement.claim)) {
        if (holds(stamp->target)) take(entry.id);
      } else if (const auto* seal = std::get_if<SealClaim>(&entry.statement.claim)) {
        if (seal->manifest == manifest) take(entry.id);
      }
    }
  }

  [[nodiscard]] bool holds(const EntryId& id) const {
    const auto found = index_.find(id);
    return found != index_.end() && taken_.contains(found->second);
  }
  [[nodiscard]] bool in_log(const EntryId& id) const { return index_.contains(id); }
  [[nodiscard]] const std::set<std::size_t>& taken() const { return taken_; }

 private:
  const CustodyLog& log_;
  std::unordered_map<EntryId, std::size_t> index_;
  std::set<std::size_t> taken_;
};

// Checkpoints of the past that the log still extends, then the log's own.
std::vector<SignedCheckpoint> fitting_checkpoints(const CustodyLog& log, const CustodyBundle& seed) {
  std::vector<SignedCheckpoint> fitting;
  const auto offer = [&](const SignedCheckpoint& candidate) {
    const std::uint64_t size = candidate.checkpoint.size;
    if (size == 0 || size > log.leaves.size()) return;
    const bool known = std::any_of(fitting.begin(), fitting.end(),
                                   [&](const auto& other) { return other.note == candidate.note; });
    if (!known && tree_root(std::span(log.leaves).first(size)) == candidate.checkpoint.root) {
      fitting.push_back(candidate);
    }
  };
  for (const auto& checkpoint : seed.checkpoints) offer(checkpoint);
  for (const auto& checkpoint : log.signed_checkpoints) offer(checkpoint);
  if (log.checkpoint) offer(*log.checkpoint);
  std::stable_sort(fitting.begin(), fitting.end(),
                   [](const auto& a, const auto& b) { return a.checkpoint.size < b.checkpoint.size; });
  return fitting;
}

}  // namespace

CustodyBundle bundle_from_log(const CustodyLog& log, const std::vector<EntryId>& roots,
                              const BlobDigest& manifest, const CustodyBundle& seed) {
  Selection selection(log);
  if (const auto genesis = log.custody()) selection.take(*genesis);
  for (const auto& root : roots) selection.take(root);
  selection.take_stamps(manifest);

  CustodyBundle bundle = seed;
  bundle.entries.clear();
  for (const std::size_t index : selection.taken()) bundle.entries.push_back({index, log.entries[index]});
  for (const auto& bundled : seed.entries) {
    if (!bundled.index && !selection.in_log(bundled.entry.id)) bundle.entries.push_back(bundled);
  }
  bundle.leaves = log.leaves;
  bundle.checkpoints = fitting_checkpoints(log, seed);
  return bundle;
}

}  // namespace compose
