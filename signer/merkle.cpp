#include "signer/merkle.hpp"

#include <bit>
#include <cstring>
#include <optional>

#include "signer/byte_sink.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::byte leaf_prefix{0x00};
constexpr std::byte node_prefix{0x01};

// One storey up: pairs are joined; an odd last node moves up as it is, which is what RFC 6962's
// split at the largest power of two comes to.
std::vector<Sha256> storey_above(std::span<const Sha256> nodes) {
  std::vector<Sha256> above;
  above.reserve((nodes.size() + 1) / 2);
  for (std::size_t i = 0; i + 1 < nodes.size(); i += 2) above.push_back(node_hash(nodes[i], nodes[i + 1]));
  if (nodes.size() % 2 == 1) above.push_back(nodes.back());
  return above;
}

}  // namespace

Sha256 leaf_hash(std::string_view data) {
  Sha256Hasher hasher;
  hasher.update(std::span(&leaf_prefix, 1));
  hasher.update(data);
  return hasher.finish();
}

Sha256 node_hash(const Sha256& left, const Sha256& right) {
  std::array<std::byte, 65> bytes{node_prefix};
  std::memcpy(bytes.data() + 1, left.bytes.data(), 32);
  std::memcpy(bytes.data() + 33, right.bytes.data(), 32);
  return sha256(bytes);
}

Sha256 tree_root(std::span<const Sha256> leaves) {
  if (leaves.empty()) return sha256(std::string_view());
  std::vector<Sha256> nodes(leaves.begin(), leaves.end());
  while (nodes.size() > 1) nodes = storey_above(nodes);
  return nodes.front();
}

std::vector<Sha256> inclusion_proof(std::span<const Sha256> leaves, std::uint64_t index) {
  if (index >= leaves.size()) {
    throw failure_error("inclusion proof of leaf {} in a tree of {}", index, leaves.size());
  }
  std::vector<Sha256> proof;
  std::vector<Sha256> nodes(leaves.begin(), leaves.end());
  for (; nodes.size() > 1; nodes = storey_above(nodes), index /= 2) {
    const std::uint64_t sibling = index ^ 1;
    if (sibling < nodes.size()) proof.push_back(nodes[sibling]);
  }
  return proof;
}

// RFC 9162, section 2.1.3.2.
bool proves_inclusion(const Sha256& leaf, std::uint64_t index, std::uint64_t size,
                      std::span<const Sha256> proof, const Sha256& root) {
  if (index >= size) return false;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  Sha256 hash = leaf;
  for (const Sha256& step : proof) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      hash = node_hash(step, hash);
      while (node % 2 == 0 && node != 0) {
        node /= 2;
        last /= 2;
      }
    } else {
      hash = node_hash(hash, step);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

MerkleTree::MerkleTree(std::span<const Sha256> leaves) {
  levels_.emplace_back(leaves.begin(), leaves.end());
  while (levels_.back().size() > 1) {
    const std::vector<Sha256>& below = levels_.back();
    std::vector<Sha256> nodes;
    nodes.reserve(below.size() / 2);
    for (std::size_t i = 0; i + 1 < below.size(); i += 2) nodes.push_back(node_hash(below[i], below[i + 1]));
    levels_.push_back(std::move(nodes));
  }
}

Sha256 MerkleTree::root_at(std::uint64_t size) const {
  if (size > this->size()) throw failure_error("root of {} leaves in a tree of {}", size, this->size());
  if (size == 0) return sha256(std::string_view());
  // `size` written in binary names the complete subtrees from left to right, the largest first;
  // they are joined from the right.
  std::optional<Sha256> root;
  for (std::uint64_t rest = size; rest != 0; rest &= rest - 1) {
    const auto height = static_cast<std::size_t>(std::countr_zero(rest));
    const Sha256& subtree = levels_[height][(rest >> height) - 1];
    root = root ? node_hash(subtree, *root) : subtree;
  }
  return *root;
}

std::span<const Sha256> MerkleTree::level(unsigned height) const {
  if (height >= levels_.size()) return {};
  return levels_[height];
}

}  // namespace compose
