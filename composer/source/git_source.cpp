// A commit of a git repository as a source.
#include "composer/source/exclude_rules.hpp"
#include "composer/source/git_repository.hpp"
#include "composer/source/source.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_entries = 1'000'000;
constexpr std::uint64_t longest_link = 4095;  // PATH_MAX without its NUL

// Modes of tree items (git's "filemodes").
constexpr std::uint32_t mode_type = 0170000, mode_tree = 0040000, mode_file = 0100000, mode_link = 0120000,
                        mode_submodule = 0160000;

class GitContents final : public ContentReader {
 public:
  explicit GitContents(GitRepository repository) : repository_(std::move(repository)) {}
  [[nodiscard]] const GitRepository& repository() const { return repository_; }
  [[nodiscard]] std::uint64_t add(const GitObjectId& blob) {
    blobs_.push_back(blob);
    return blobs_.size() - 1;
  }
  void read(const TreeEntry& entry, const ByteSink& sink) const override {
    std::uint64_t size = 0;
    repository_.read_blob(blobs_.at(entry.content), [&](std::span<const std::byte> bytes) {
      size = bytes.size();
      if (size == entry.size && size > 0) sink(bytes);
    });
    if (size != entry.size) throw failure_error("{}: changed while it was read", printable(entry.path));
  }

 private:
  GitRepository repository_;
  std::vector<GitObjectId> blobs_;
};

// A stack, not recursion: the depth of a tree is the repository's choice.
class GitWalk {
 public:
  GitWalk(const Stage& stage, std::shared_ptr<GitContents> contents)
      : exclude_(stage.exclude), contents_(std::move(contents)) {}

  SourceTree load(const GitObjectId& root) {
    waiting_.push_back({"", root});
    while (!waiting_.empty()) {
      const Folder folder = std::move(waiting_.back());
      waiting_.pop_back();
      for (const GitTreeItem& item : contents_->repository().list(folder.tree)) add(folder, item);
    }
    loaded_.tree.contents = contents_;
    normalise_tree(loaded_.tree, most_entries);
    exclude_.tell_unused(loaded_.notices);
    return std::move(loaded_);
  }

 private:
  struct Folder {
    std::string path;
    GitObjectId tree;
  };

  void add(const Folder& folder, const GitTreeItem& item);
  void set_kind(TreeEntry& entry, const GitTreeItem& item);
  [[nodiscard]] std::string text_of_link(const TreeEntry& entry, const GitObjectId& blob) const;

  ExcludeRules exclude_;
  std::shared_ptr<GitContents> contents_;
  std::vector<Folder> waiting_;
  SourceTree loaded_;
};

// Names that git itself never writes: only a made-up tree holds them.
void check_name(const std::string& path, const std::string& name) {
  std::string lower = name;
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (lower == ".git") throw usage_error("entry '{}': a tree cannot hold '.git'", printable(path));
  if (name.find('/') != std::string::npos) {
    throw usage_error("entry '{}': the name '{}' holds a '/'", printable(path), printable(name));
  }
  check_entry_path(path);
}

void GitWalk::add(const Folder& folder, const GitTreeItem& item) {
  TreeEntry entry;
  entry.path = folder.path.empty() ? item.name : folder.path + "/" + item.name;
  if (item.name.empty()) throw usage_error("entry '{}': a name is empty", printable(entry.path));
  check_name(entry.path, item.name);
  if (exclude_.match(entry.path)) return;
  // Trees can hold one another many times over: a small repository can be a huge tree.
  if (loaded_.tree.entries.size() >= most_entries) throw usage_error("more than {} entries", most_entries);
  set_kind(entry, item);
  loaded_.tree.entries.push_back(std::move(entry));
}

void GitWalk::set_kind(TreeEntry& entry, const GitTreeItem& item) {
  switch (item.mode & mode_type) {
    case mode_tree:
      entry.type = EntryType::directory;
      waiting_.push_back({entry.path, item.id});
      return;
    case mode_file:
      // Old versions of git wrote group-writable modes; as git does, only the x bit counts.
      entry.attributes.mode = (item.mode & 0100) != 0 ? 0755 : 0644;
      entry.size = contents_->repository().blob_size(item.id);
      entry.content = contents_->add(item.id);
      return;
    case mode_link:
      entry.type = EntryType::symlink;
      entry.attributes.mode = 0777;
      entry.link = text_of_link(entry, item.id);
      return;
    case mode_submodule:
      throw Error(ErrorKind::usage,
                  fmt::format("entry '{}': a submodule, which is not fetched", printable(entry.path)),
                  fmt::format("bring it with a stage of its own and write exclude = [\"{}\"]",
                              printable(entry.path)));
    default:
      throw usage_error("entry '{}': unknown mode {:o}", printable(entry.path), item.mode);
  }
}

std::string GitWalk::text_of_link(const TreeEntry& entry, const GitObjectId& blob) const {
  if (contents_->repository().blob_size(blob) > longest_link) {
    throw usage_error("entry '{}': a symbolic link of more than {} bytes", printable(entry.path),
                      longest_link);
  }
  std::string text;
  contents_->repository().read_blob(blob, [&](std::span<const std::byte> bytes) { text = text_of(bytes); });
  return text;
}

// The recipe's paths are absolute by now; everything else is a URL.
GitRepository open_or_fetch(const GitSource& source) {
  return source.location.starts_with('/') ? GitRepository::open(source.location)
                                          : GitRepository::fetch(source.location);
}

}  // namespace

SourceTree load_git(const Stage& stage, const GitSource& source) {
  return with_context(
      [&] {
        const auto contents = std::make_shared<GitContents>(open_or_fetch(source));
        const GitCommit commit = contents->repository().resolve(source.rev);
        const GitObjectId root = contents->repository().subtree(commit.tree, source.subdir);
        SourceTree loaded = GitWalk(stage, contents).load(root);
        loaded.commit_time = commit.committed;
        loaded.inputs = {{"git", commit.id.hex()}, {"git-tree", root.hex()}};
        return loaded;
      },
      "git {}", printable(source.location));
}

}  // namespace compose
