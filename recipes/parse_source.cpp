#include "recipes/parse_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>

#include "recipes/path_rules.hpp"

namespace compose {

namespace {

constexpr std::array<std::string_view, 5> kinds = {"archive", "dir", "git", "oci", "files"};

std::filesystem::path host_path(TableReader& from, std::string_view key,
                                const std::filesystem::path& folder) {
  return anchored(folder, from.needed_text(key, host_path_fault).value);
}

Source parse_archive(TableReader& from, const std::filesystem::path& folder) {
  ArchiveSource source{host_path(from, "archive", folder), {}};
  if (const auto hex = from.text("sha256", sha256_fault)) source.sha256 = Sha256::from_hex(hex->value);
  return source;
}

Source parse_git(TableReader& from, const std::filesystem::path& folder) {
  GitSource source;
  const LocatedText location = from.needed_text("git", host_path_fault);
  source.location = is_git_url(location.value) ? location.value : anchored(folder, location.value).string();
  source.rev = from.needed_text("rev", revision_fault).value;
  if (const auto subdir = from.text("subdir", inner_path_fault)) source.subdir = subdir->value;
  return source;
}

Source parse_oci(TableReader& from, const std::filesystem::path& folder) {
  OciSource source{host_path(from, "oci", folder), {}};
  source.ref = from.needed_text("ref", layout_ref_fault).value;
  return source;
}

Source parse_files(TableReader& from) {
  FilesSource source;
  Faults& faults = from.faults();
  const std::size_t faults_before = faults.count();
  for (const NamedText& file : from.named_texts("files")) {
    if (const auto reason = inner_path_fault(file.name.value)) {
      faults.add(file.name.place,
                 fmt::format("file name {} is not valid: {}", shown(file.name.value), *reason));
    }
    source.files.emplace(file.name.value, file.value.value);
  }
  for (const auto& [path, text] : source.files) {
    const std::string inside = path + "/";
    const auto below = source.files.lower_bound(inside);
    if (below == source.files.end() || !below->first.starts_with(inside)) continue;
    faults.add(from.place_of("files"),
               fmt::format("{} is a file and cannot hold {}", shown(path), shown(below->first)));
  }
  if (source.files.empty() && faults.count() == faults_before)
    faults.add(from.place_of("files"), "'files' names no file");
  return source;
}

// The one kind that is named, or "" with a fault.
std::string_view chosen_kind(TableReader& from) {
  std::string_view chosen;
  for (const std::string_view kind : kinds) {
    if (!from.has(kind)) continue;
    if (!chosen.empty()) {
      from.faults().add(
          from.place_of(kind),
          fmt::format("a source is of one kind, but both '{}' and '{}' are given", chosen, kind));
      return {};
    }
    chosen = kind;
  }
  return chosen;
}

void expect_all(TableReader& from) {
  for (const std::string_view key : {"sha256", "rev", "subdir", "ref"}) from.expect(key);
}

// Keys that belong to other kinds of source than the chosen one.
void refuse_strays(TableReader& from, std::string_view kind) {
  struct Row {
    std::string_view key, kind;
  };
  static constexpr std::array<Row, 4> rows = {
      {{"sha256", "archive"}, {"rev", "git"}, {"subdir", "git"}, {"ref", "oci"}}};
  for (const Row& row : rows) {
    if (row.kind == kind || !from.has(row.key)) continue;
    from.faults().add(from.place_of(row.key), fmt::format("'{}' belongs to the source kind '{}', not to '{}'",
                                                          row.key, row.kind, kind));
  }
}

}  // namespace

Source parse_source(TableReader& from, const std::filesystem::path& folder) {
  const std::size_t faults_before = from.faults().count();
  expect_all(from);
  const std::string_view kind = chosen_kind(from);
  if (kind.empty()) {
    from.finish();
    if (from.faults().count() == faults_before) {
      from.faults().add(from.place(), "'from' names no source",
                        fmt::format("one of: {}", fmt::join(kinds, ", ")));
    }
    return DirSource{};
  }
  refuse_strays(from, kind);
  Source source = kind == "archive" ? parse_archive(from, folder)
                  : kind == "git"   ? parse_git(from, folder)
                  : kind == "oci"   ? parse_oci(from, folder)
                  : kind == "files" ? parse_files(from)
                                    : Source(DirSource{host_path(from, "dir", folder)});
  from.finish();
  return source;
}

}  // namespace compose
