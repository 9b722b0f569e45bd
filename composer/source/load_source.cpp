#include "composer/source/source.hpp"
#include "signer/error.hpp"

namespace compose {

SourceTree load_source(const Stage& stage, const SourceContext& context) {
  if (const auto* dir = std::get_if<DirSource>(&stage.from)) return load_dir(stage, *dir, context);
  if (const auto* git = std::get_if<GitSource>(&stage.from)) return load_git(stage, *git);
  if (const auto* archive = std::get_if<ArchiveSource>(&stage.from)) return load_archive(stage, *archive);
  if (const auto* files = std::get_if<FilesSource>(&stage.from)) return load_files(stage, *files);
  throw failure_error("a source of kind '{}' has layers, not files", source_kind(stage.from));
}

}  // namespace compose
