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
  Attributes root;                            // for archive: what the archive says of "./"; else 0755 0:0
  std::map<std::string, std::string> inputs;  // recorded in custody: "git" → commit, "archive" → digest
  std::optional<std::int64_t> commit_time;    // git: the stage's default epoch
  std::vector<std::string> notices;           // worth telling: attributes rule without a match, …
};

struct SourceContext {
  std::vector<std::filesystem::path> never;  // output, log, lock: never part of a source
};

// `exclude` and type rules applied; modes and owners by the stage's rules; times are the
// source's own (see apply_stage_rules). Errors are usage Errors that name path and rule.
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
// the layer (parents are added later, when the stages below are known).
[[nodiscard]] FileTree place_in_image(const Stage& stage, SourceTree source, std::int64_t epoch,
                                      std::vector<std::string>& notices);

}  // namespace compose
