// RFC 6962 section 2.1 Merkle trees over SHA-256.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "signer/digest.hpp"

namespace compose {

[[nodiscard]] Sha256 leaf_hash(std::string_view data);                    // SHA-256(0x00 ‖ data)
[[nodiscard]] Sha256 node_hash(const Sha256& left, const Sha256& right);  // SHA-256(0x01 ‖ l ‖ r)
[[nodiscard]] Sha256 tree_root(std::span<const Sha256> leaves);           // empty: SHA-256("")
// From the leaf's sibling upwards. `index` must be below the number of leaves.
[[nodiscard]] std::vector<Sha256> inclusion_proof(std::span<const Sha256> leaves, std::uint64_t index);
[[nodiscard]] bool proves_inclusion(const Sha256& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Sha256> proof, const Sha256& root);

// All complete subtrees of a list of leaves, hashed once: the root of any earlier size costs
// a logarithm, so a log with many checkpoints is checked in linear time.
class MerkleTree {
 public:
  explicit MerkleTree(std::span<const Sha256> leaves);
  [[nodiscard]] std::uint64_t size() const { return levels_.front().size(); }
  // The root of the first `size` leaves. `size` must not be above size().
  [[nodiscard]] Sha256 root_at(std::uint64_t size) const;
  // The roots of the complete subtrees of 2^height leaves, in order; empty above the tree.
  [[nodiscard]] std::span<const Sha256> level(unsigned height) const;

 private:
  std::vector<std::vector<Sha256>> levels_;
};

}  // namespace compose
