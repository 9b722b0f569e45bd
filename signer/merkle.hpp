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
[[nodiscard]] std::vector<Sha256> inclusion_proof(std::span<const Sha256> leaves, std::uint64_t index);
[[nodiscard]] bool proves_inclusion(const Sha256& leaf, std::uint64_t index, std::uint64_t size,
                                    std::span<const Sha256> proof, const Sha256& root);

}  // namespace compose
