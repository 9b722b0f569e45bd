// A stage's source → FileTree: one function per kind, a file each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "recipes/recipe.hpp"

namespace compose {

// What came out of a source, before `to`, parents and contract. Paths are relative to the
// source's root; the root's own attributes are in `root`.
struct SourceTree {
  FileTree tree;
  Attributes root;  // for archive: what the archive says of "./"; else 0755 0:0
  std::int64_t root_mtime = 0;
  // The source says what its root is like (an archive's "./", a dir with mode = "keep"). Where
  // it does not, the folder `to` keeps what the stages below made of it: files placed into
  // /root or /tmp must not open these folders.
  bool root_stated = false;
  std::map<std::string, std::string> inputs;  // recorded in custody: "git" → commit, "archive" → digest
  std::optional<std::int64_t> commit_time;    // git: the stage's default epoch
  std::vector<std::string> notices;           // worth telling: attributes rule without a match, …
};

struct SourceContext {
  std::vector<std::filesystem::path> never;  // output, log, lock: never part of a source
};

// `exclude`, `mode` and `xattrs` applied, normalise_tree's rules hold; owners and times are the
// archive's own (dir, git and files: 0:0 and 0). Errors are usage Errors that name path and rule; what
// changes while it is read is a failure Error.
[[nodiscard]] SourceTree load_dir(const Stage& stage, const DirSource& source, const SourceContext& context);
[[nodiscard]] SourceTree load_git(const Stage& stage, const GitSource& source);
[[nodiscard]] SourceTree load_archive(const Stage& stage, const ArchiveSource& source);
[[nodiscard]] SourceTree load_files(const Stage& stage, const FilesSource& source);

// Everything but oci, whose layers are taken byte for byte (oci_source.hpp).
[[nodiscard]] SourceTree load_source(const Stage& stage, const SourceContext& context);

// The stage's epoch by the rule of times: the recipe's, else SOURCE_DATE_EPOCH, else the git
// commit's time, else 0.
[[nodiscard]] std::int64_t stage_epoch(const Recipe& recipe, const SourceTree& source,
                                       std::optional<std::int64_t> source_date_epoch);

// Owner and attribute rules, times, `to` and whiteouts of `remove`: SourceTree → the tree of
// the layer (parents are added later, when the stages below are known). `to` itself is an entry
// if the source or the stage says what it is like, or if nothing else would make it.
[[nodiscard]] FileTree place_in_image(const Stage& stage, SourceTree source, std::int64_t epoch,
                                      std::vector<std::string>& notices);

}  // namespace compose
