#include "composer/source/git_repository.hpp"

#include <git2.h>

#include <array>
#include <cstring>
#include <mutex>
#include <optional>

#include "recipes/nearest_name.hpp"
#include "signer/c_handle.hpp"
#include "signer/digest.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/temporary_folder.hpp"

namespace compose {

namespace {

constexpr std::size_t shortest_id = 7, id_digits = 40;
constexpr std::size_t most_fetched_bytes = std::size_t{16} << 30;
constexpr std::string_view fetched_head = "refs/compose/HEAD";

using Repository = CHandle<git_repository, ::git_repository_free>;
using Odb = CHandle<git_odb, ::git_odb_free>;
using OdbObject = CHandle<git_odb_object, ::git_odb_object_free>;
using Object = CHandle<git_object, ::git_object_free>;
using Commit = CHandle<git_commit, ::git_commit_free>;
using Tree = CHandle<git_tree, ::git_tree_free>;
using TreeEntryHandle = CHandle<git_tree_entry, ::git_tree_entry_free>;
using Reference = CHandle<git_reference, ::git_reference_free>;
using Remote = CHandle<git_remote, ::git_remote_free>;

// The library's own words about the call that failed last on this thread.
std::string last_words() {
  const git_error* error = ::git_error_last();
  return error == nullptr || error->message == nullptr ? "failed" : printable(error->message);
}

template <typename... Args>
void expect_ok(int result, fmt::format_string<Args...> text, Args&&... args) {
  if (result >= 0) return;
  throw usage_error("{}: {}", fmt::format(text, std::forward<Args>(args)...), last_words());
}

// Memory first: packs are mapped in small windows and few objects are kept.
void set_up_library() {
  static std::once_flag once;
  std::call_once(once, [] {
    expect_ok(::git_libgit2_init(), "start libgit2");
    ::git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);  // see git_repository.hpp
    ::git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
    ::git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, std::size_t{8} << 20);
    ::git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, std::size_t{32} << 20);
    ::git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(16) << 20);
  });
}

git_oid to_oid(const GitObjectId& id) {
  git_oid oid;
  static_assert(sizeof oid.id == sizeof id.bytes);
  std::memcpy(oid.id, id.bytes.data(), id.bytes.size());
  return oid;
}

GitObjectId to_id(const git_oid* oid) {
  GitObjectId id;
  std::memcpy(id.bytes.data(), oid->id, id.bytes.size());
  return id;
}

// Commits, trees and everything else, held against their ids by the library.
Tree look_up_tree(git_repository* repository, const GitObjectId& id) {
  const git_oid oid = to_oid(id);
  Tree tree;
  expect_ok(::git_tree_lookup(take_into(tree), repository, &oid), "tree {}", id.hex());
  return tree;
}

// A reference by its full name, peeled to a commit; empty if there is none of that name.
Object commit_of_reference(git_repository* repository, const std::string& name) {
  int valid = 0;
  if (::git_reference_name_is_valid(&valid, name.c_str()) < 0 || valid == 0) return {};
  Reference reference;
  const int found = ::git_reference_lookup(take_into(reference), repository, name.c_str());
  if (found == GIT_ENOTFOUND) return {};
  expect_ok(found, "reference '{}'", printable(name));
  Reference direct;
  const int resolved = ::git_reference_resolve(take_into(direct), reference.get());
  if (resolved == GIT_ENOTFOUND) return {};  // HEAD, before the first commit
  expect_ok(resolved, "reference '{}'", printable(name));
  Object commit;
  expect_ok(::git_reference_peel(take_into(commit), direct.get(), GIT_OBJECT_COMMIT), "'{}' names no commit",
            printable(name));
  return commit;
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

Object commit_of_id(git_repository* repository, const std::string& rev) {
  if (rev.size() < shortest_id || rev.size() > id_digits || !is_hex(rev)) return {};
  git_oid oid;
  expect_ok(::git_oid_fromstrn(&oid, rev.data(), rev.size()), "rev '{}'", printable(rev));
  Object object;
  const int found =
      ::git_object_lookup_prefix(take_into(object), repository, &oid, rev.size(), GIT_OBJECT_ANY);
  if (found == GIT_ENOTFOUND) return {};
  expect_ok(found, "rev '{}'", printable(rev));
  Object commit;
  expect_ok(::git_object_peel(take_into(commit), object.get(), GIT_OBJECT_COMMIT), "'{}' is no commit",
            printable(rev));
  return commit;
}

Object find_commit(git_repository* repository, const std::string& rev) {
  const std::vector<std::string> names =
      rev == "HEAD"
          ? std::vector<std::string>{std::string(fetched_head), "HEAD"}
          : std::vector<std::string>{"refs/tags/" + rev, "refs/heads/" + rev, "refs/remotes/origin/" + rev};
  for (const std::string& name : names) {
    if (Object commit = commit_of_reference(repository, name)) return commit;
  }
  if (rev.starts_with("refs/")) return commit_of_reference(repository, rev);
  return commit_of_id(repository, rev);
}

std::vector<std::string> names_of_revs(git_repository* repository) {
  std::vector<std::string> names;
  git_strarray references{};
  if (::git_reference_list(&references, repository) < 0) return names;
  for (std::size_t i = 0; i < references.count; ++i) {
    const std::string_view name(references.strings[i]);
    for (const std::string_view prefix : {"refs/tags/", "refs/heads/", "refs/remotes/origin/"}) {
      if (name.starts_with(prefix)) names.emplace_back(name.substr(prefix.size()));
    }
  }
  ::git_strarray_dispose(&references);
  return names;
}

Error no_such_rev(git_repository* repository, const std::string& rev) {
  const auto names = names_of_revs(repository);
  std::string hint = nearest_hint(rev, names);
  if (hint.empty())
    hint = names.empty() ? "the repository has no commits yet" : "a tag, branch, commit id or HEAD is meant";
  return Error(ErrorKind::usage, fmt::format("no tag, branch or commit '{}'", printable(rev)), hint);
}

// One try with the agent's keys; without an agent the library would ask for ever.
int offer_credentials(git_credential** out, const char*, const char* user, unsigned allowed, void* tried) {
  if ((allowed & GIT_CREDENTIAL_SSH_KEY) == 0 || *static_cast<bool*>(tried)) return GIT_EAUTH;
  *static_cast<bool*>(tried) = true;
  return ::git_credential_ssh_key_from_agent(out, user == nullptr ? "git" : user);
}

int stop_floods(const git_indexer_progress* progress, void*) {
  return progress->received_bytes > most_fetched_bytes ? GIT_EUSER : 0;
}

void fetch_all(git_repository* repository, const std::string& url) {
  Remote remote;
  expect_ok(::git_remote_create_anonymous(take_into(remote), repository, url.c_str()), "the URL");
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  bool tried = false;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;  // the refspecs bring them
  options.update_fetchhead = 0;
  options.callbacks.credentials = offer_credentials;
  options.callbacks.transfer_progress = stop_floods;
  options.callbacks.payload = &tried;
  std::string heads = "+refs/heads/*:refs/heads/*";
  std::string tags = "+refs/tags/*:refs/tags/*";
  std::string head = fmt::format("+HEAD:{}", fetched_head);
  std::array<char*, 3> specs{heads.data(), tags.data(), head.data()};
  const git_strarray refspecs{specs.data(), specs.size()};
  expect_ok(::git_remote_fetch(remote.get(), &refspecs, &options, nullptr), "fetch");
}

}  // namespace

std::string GitObjectId::hex() const { return to_hex(std::as_bytes(std::span(bytes))); }

struct GitRepository::State {
  std::optional<TemporaryFolder> folder;  // of a fetched repository: goes last
  Repository repository;
  Odb odb;
  std::mutex lock;  // the library's handles are not made for several threads

  void open_odb() { expect_ok(::git_repository_odb(take_into(odb), repository.get()), "object database"); }
};

GitRepository GitRepository::open(const std::filesystem::path& folder) {
  set_up_library();
  auto state = std::make_shared<State>();
  const int found = ::git_repository_open_ext(take_into(state->repository), folder.c_str(),
                                              GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
  if (found == GIT_ENOTFOUND) {
    throw Error(ErrorKind::usage, fmt::format("no git repository at {}", printable(folder.string())),
                "name the folder that holds .git; for a folder inside of it add subdir = \"…\"");
  }
  expect_ok(found, "open {}", printable(folder.string()));
  state->open_odb();
  return GitRepository(std::move(state));
}

GitRepository GitRepository::fetch(const std::string& url) {
  set_up_library();
  auto state = std::make_shared<State>();
  state->folder.emplace("compose-git");
  expect_ok(::git_repository_init(take_into(state->repository), state->folder->path().c_str(), 1),
            "create a temporary repository");
  fetch_all(state->repository.get(), url);
  state->open_odb();
  return GitRepository(std::move(state));
}

GitCommit GitRepository::resolve(const std::string& rev) const {
  const std::scoped_lock lock(state_->lock);
  const Object object = find_commit(state_->repository.get(), rev);
  if (!object) throw no_such_rev(state_->repository.get(), rev);
  Commit commit;
  expect_ok(::git_commit_lookup(take_into(commit), state_->repository.get(), ::git_object_id(object.get())),
            "rev '{}'", printable(rev));
  return {to_id(::git_commit_id(commit.get())), to_id(::git_commit_tree_id(commit.get())),
          ::git_commit_time(commit.get())};
}

GitObjectId GitRepository::subtree(const GitObjectId& tree, const std::string& path) const {
  if (path.empty()) return tree;
  const std::scoped_lock lock(state_->lock);
  const Tree root = look_up_tree(state_->repository.get(), tree);
  TreeEntryHandle entry;
  const int found = ::git_tree_entry_bypath(take_into(entry), root.get(), path.c_str());
  if (found == GIT_ENOTFOUND) throw usage_error("subdir '{}': not in this commit", printable(path));
  expect_ok(found, "subdir '{}'", printable(path));
  if (::git_tree_entry_type(entry.get()) != GIT_OBJECT_TREE) {
    throw usage_error("subdir '{}': is no directory", printable(path));
  }
  return to_id(::git_tree_entry_id(entry.get()));
}

std::vector<GitTreeItem> GitRepository::list(const GitObjectId& tree) const {
  const std::scoped_lock lock(state_->lock);
  const Tree found = look_up_tree(state_->repository.get(), tree);
  const std::size_t count = ::git_tree_entrycount(found.get());
  std::vector<GitTreeItem> items;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const git_tree_entry* entry = ::git_tree_entry_byindex(found.get(), i);
    items.push_back({::git_tree_entry_name(entry),
                     static_cast<std::uint32_t>(::git_tree_entry_filemode_raw(entry)),
                     to_id(::git_tree_entry_id(entry))});
  }
  return items;
}

std::uint64_t GitRepository::blob_size(const GitObjectId& blob) const {
  const std::scoped_lock lock(state_->lock);
  const git_oid oid = to_oid(blob);
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_ANY;
  expect_ok(::git_odb_read_header(&size, &type, state_->odb.get(), &oid), "object {}", blob.hex());
  if (type != GIT_OBJECT_BLOB) throw usage_error("object {}: no blob", blob.hex());
  return size;
}

void GitRepository::read_blob(const GitObjectId& blob, const ByteSink& sink, std::uint64_t most) const {
  // Asked first, because reading allocates what the object's header claims.
  if (const auto size = blob_size(blob); size > most) {
    throw Error(ErrorKind::usage, fmt::format("blob {}: {} bytes are more than {}", blob.hex(), size, most),
                "bring large files as an archive or a dir");
  }
  OdbObject object;
  {
    const std::scoped_lock lock(state_->lock);
    const git_oid oid = to_oid(blob);
    expect_ok(::git_odb_read(take_into(object), state_->odb.get(), &oid), "object {}", blob.hex());
  }
  const auto* bytes = static_cast<const std::byte*>(::git_odb_object_data(object.get()));
  sink({bytes, ::git_odb_object_size(object.get())});
}

}  // namespace compose
