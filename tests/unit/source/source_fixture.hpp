// Folders, stages and trees for the tests of sources.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "composer/source/source.hpp"
#include "signer/error.hpp"
#include "signer/temporary_folder.hpp"

namespace compose::test {

namespace fs = std::filesystem;

class Folder {
 public:
  [[nodiscard]] const fs::path& path() const { return folder_.path(); }
  [[nodiscard]] fs::path operator/(std::string_view name) const { return path() / name; }

  fs::path write(std::string_view name, std::string_view bytes, unsigned mode = 0644) const {
    const fs::path file = path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
    fs::permissions(file, static_cast<fs::perms>(mode));
    return file;
  }

 private:
  TemporaryFolder folder_{"compose-source"};
};

inline void run(const std::string& command) {
  CAPTURE(command);
  REQUIRE(std::system(command.c_str()) == 0);  // NOLINT: the tests' own commands
}

inline Stage stage_of(Source source) {
  Stage stage;
  stage.name = "stage";
  stage.from = std::move(source);
  return stage;
}

inline SourceTree load(const Stage& stage, const SourceContext& context = {}) {
  return load_source(stage, context);
}

inline const TreeEntry* find(const FileTree& tree, std::string_view path) {
  for (const TreeEntry& entry : tree.entries) {
    if (entry.path == path) return &entry;
  }
  return nullptr;
}

inline const TreeEntry& at(const FileTree& tree, std::string_view path) {
  const TreeEntry* entry = find(tree, path);
  CAPTURE(path);
  REQUIRE(entry != nullptr);
  return *entry;
}

inline std::string content(const FileTree& tree, std::string_view path) {
  std::string text;
  tree.contents->read(at(tree, path), [&](std::span<const std::byte> bytes) { text += text_of(bytes); });
  return text;
}

inline std::vector<std::string> paths(const FileTree& tree) {
  std::vector<std::string> all;
  for (const TreeEntry& entry : tree.entries) all.push_back(entry.path);
  return all;
}

// The Error that `body` ends with.
template <typename Body>
Error error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return Error(ErrorKind::failure, "");
}

template <typename Body>
void refused(const Body& body, const std::string& part) {
  const Error error = error_of(body);
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.what(), Catch::Matchers::Contains(part));
}

}  // namespace compose::test
