// A git repository, read with libgit2: commits, trees and blobs straight from the object
// database. No checkout, no filters, no hooks, no configuration of the machine.
//
// Whose the repository is does not matter: nothing that its configuration says is executed
// (git refuses foreign repositories because it does), and every object is held against its id.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "signer/byte_sink.hpp"

namespace compose {

// SHA-1, as git names objects. It carries no trust: digests of the content do.
struct GitObjectId {
  std::array<unsigned char, 20> bytes{};
  auto operator<=>(const GitObjectId&) const = default;
  [[nodiscard]] std::string hex() const;
};

struct GitCommit {
  GitObjectId id;
  GitObjectId tree;
  std::int64_t committed = 0;  // seconds since 1970
};

// One line of a tree, as it stands: names are claims.
struct GitTreeItem {
  std::string name;
  std::uint32_t mode = 0;  // 0100644, 0100755, 0120000, 0040000, 0160000
  GitObjectId id;
};

// Safe to use from several threads. Everything throws usage Errors for what is not there or
// is damaged.
class GitRepository {
 public:
  // A folder: a repository, bare or with a work tree.
  [[nodiscard]] static GitRepository open(const std::filesystem::path& folder);
  // A URL (https, http, ssh, git, file) or "user@host:path": its branches and tags are fetched
  // into a temporary repository that goes away with this object.
  [[nodiscard]] static GitRepository fetch(const std::string& url);

  // "HEAD", a tag (peeled), a branch, a full reference or the id of a commit, in this order;
  // an id may be shortened to 7 digits. A name that is both a tag and a branch is the tag.
  [[nodiscard]] GitCommit resolve(const std::string& rev) const;
  // The tree at `path` inside a tree; "" is the tree itself.
  [[nodiscard]] GitObjectId subtree(const GitObjectId& tree, const std::string& path) const;
  [[nodiscard]] std::vector<GitTreeItem> list(const GitObjectId& tree) const;
  [[nodiscard]] std::uint64_t blob_size(const GitObjectId& blob) const;
  // One call of `sink`: the library unpacks blobs whole. Those above `most` bytes are refused.
  void read_blob(const GitObjectId& blob, const ByteSink& sink, std::uint64_t most = 1u << 30) const;

 private:
  struct State;
  explicit GitRepository(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace compose
