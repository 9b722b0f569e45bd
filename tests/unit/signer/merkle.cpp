#include "signer/merkle.hpp"

#include <catch2/catch.hpp>
#include <string>

using namespace compose;

namespace {

// The test tree of RFC 6962 implementations: eight leaves, and the root of each beginning.
const std::vector<std::string> leaf_data{
    std::string(),
    std::string("\x00", 1),
    "\x10",
    "\x20\x21",
    "\x30\x31",
    "\x40\x41\x42\x43",
    "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
};
const std::vector<std::string> roots{
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

std::vector<Sha256> known_leaves(std::size_t count) {
  std::vector<Sha256> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(leaf_data[i]));
  return leaves;
}

std::vector<Sha256> many_leaves(std::size_t count) {
  std::vector<Sha256> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(std::to_string(i)));
  return leaves;
}

}  // namespace

TEST_CASE("merkle: the roots of RFC 6962's test tree", "[signer][merkle]") {
  const MerkleTree tree(known_leaves(8));
  for (std::size_t size = 0; size <= 8; ++size) {
    CAPTURE(size);
    CHECK(tree_root(known_leaves(size)).hex() == roots[size]);
    CHECK(tree.root_at(size).hex() == roots[size]);
  }
  CHECK_THROWS_WITH(tree.root_at(9), Catch::Contains("root of 9 leaves in a tree of 8"));
}

TEST_CASE("merkle: the root of every earlier size comes out of one tree", "[signer][merkle]") {
  const std::vector<Sha256> leaves = many_leaves(300);
  const MerkleTree tree(leaves);
  for (std::size_t size = 0; size <= leaves.size(); size += 7) {
    CHECK(tree.root_at(size) == tree_root(std::span(leaves).first(size)));
  }
  CHECK(tree.level(8).size() == 1);
  CHECK(tree.level(8).front() == tree_root(std::span(leaves).first(256)));
  CHECK(tree.level(9).empty());
  CHECK(tree.level(60).empty());
}

TEST_CASE("merkle: every leaf is proven to be in every size of tree", "[signer][merkle]") {
  for (std::size_t size = 1; size <= 20; ++size) {
    const std::vector<Sha256> leaves = many_leaves(size);
    const Sha256 root = tree_root(leaves);
    for (std::size_t index = 0; index < size; ++index) {
      CAPTURE(size, index);
      const std::vector<Sha256> proof = inclusion_proof(leaves, index);
      CHECK(proves_inclusion(leaves[index], index, size, proof, root));
      CHECK_FALSE(proves_inclusion(leaves[index], (index + 1) % (size + 1), size, proof, root));
      CHECK_FALSE(proves_inclusion(leaf_hash("another"), index, size, proof, root));
      CHECK_FALSE(proves_inclusion(leaves[index], index, size, proof, leaf_hash("another")));
      if (!proof.empty()) {
        CHECK_FALSE(
            proves_inclusion(leaves[index], index, size, std::span(proof).first(proof.size() - 1), root));
      }
      std::vector<Sha256> longer = proof;
      longer.push_back(root);
      CHECK_FALSE(proves_inclusion(leaves[index], index, size, longer, root));
    }
  }
  CHECK_THROWS_AS(inclusion_proof(many_leaves(3), 3), std::exception);
  CHECK_FALSE(proves_inclusion(leaf_hash(""), 0, 0, {}, leaf_hash("")));
}
