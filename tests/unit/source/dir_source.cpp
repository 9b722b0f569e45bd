#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <chrono>

#include "source_fixture.hpp"

using namespace compose;
using namespace compose::test;

namespace {

SourceTree load_folder(const fs::path& path, const SourceContext& context = {}) {
  return load(stage_of(DirSource{path}), context);
}

}  // namespace

TEST_CASE("dir_source: files, folders and links with normalised modes", "[source][dir]") {
  const Folder folder;
  folder.write("bin/start", "#!/bin/sh\n", 0700);
  folder.write("etc/conf", "x = 1\n", 0600);
  fs::create_symlink("../bin/start", folder / "etc/run");
  fs::create_directory(folder / "empty");
  fs::permissions(folder / "empty", fs::perms(0700));

  const SourceTree loaded = load_folder(folder.path());
  CHECK(paths(loaded.tree) ==
        std::vector<std::string>{"bin", "bin/start", "empty", "etc", "etc/conf", "etc/run"});
  CHECK(at(loaded.tree, "bin/start").attributes.mode == 0755);
  CHECK(at(loaded.tree, "etc/conf").attributes.mode == 0644);
  CHECK(at(loaded.tree, "empty").attributes.mode == 0755);
  CHECK(at(loaded.tree, "etc/run").link == "../bin/start");
  CHECK(at(loaded.tree, "etc/run").attributes.mode == 0777);
  CHECK(at(loaded.tree, "etc/conf").attributes.uid == 0);
  CHECK(content(loaded.tree, "etc/conf") == "x = 1\n");
  CHECK_FALSE(loaded.root_stated);
  CHECK(loaded.notices.empty());
}

TEST_CASE("dir_source: mode = keep keeps all twelve bits, the root's too", "[source][dir]") {
  const Folder folder;
  folder.write("tool", "x", 04751);
  fs::permissions(folder.path(), fs::perms(01770));
  Stage stage = stage_of(DirSource{folder.path()});
  stage.mode = ModeRule::keep;
  const SourceTree loaded = load(stage);
  CHECK(at(loaded.tree, "tool").attributes.mode == 04751);
  CHECK(loaded.root.mode == 01770);
  CHECK(loaded.root_stated);
}

TEST_CASE("dir_source: the same tree whatever the order of its making", "[source][dir][property]") {
  const std::vector<std::string> names = {"z", "a/b", "a-b", "a.b", "a/b.c", "b", "a0", "\xff", "c/d/e"};
  std::vector<TreeEntry> before;
  for (std::size_t turn = 0; turn < names.size(); ++turn) {
    const Folder folder;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const std::string& name = names[(i * 4 + turn) % names.size()];
      folder.write(name, name);
    }
    SourceTree loaded = load_folder(folder.path());
    for (TreeEntry& entry : loaded.tree.entries) {
      if (entry.type == EntryType::file) CHECK(content(loaded.tree, entry.path) == entry.path);
      entry.content = 0;
    }
    const auto same = [](const TreeEntry& a, const TreeEntry& b) {
      return a.path == b.path && a.type == b.type && a.size == b.size && a.mtime == b.mtime &&
             a.attributes == b.attributes;
    };
    if (turn > 0) {
      REQUIRE(loaded.tree.entries.size() == before.size());
      CHECK(std::equal(before.begin(), before.end(), loaded.tree.entries.begin(), same));
    }
    before = loaded.tree.entries;
  }
}

TEST_CASE("dir_source: only the source path itself may be a link", "[source][dir]") {
  const Folder outside;
  outside.write("secret", "s");
  const Folder folder;
  folder.write("real/file", "f");
  fs::create_symlink("real", folder / "alias");
  fs::create_directory_symlink(outside.path(), folder / "real/out");
  const SourceTree loaded = load_folder(folder / "alias");
  CHECK(paths(loaded.tree) == std::vector<std::string>{"file", "out"});
  CHECK(at(loaded.tree, "out").type == EntryType::symlink);
}

TEST_CASE("dir_source: .git, output, log and lock are never part of it", "[source][dir]") {
  const Folder folder;
  folder.write(".git/config", "");
  folder.write("lib/.git", "gitdir: elsewhere");
  folder.write(".gitignore", "");
  folder.write("out/index.json", "{}");
  folder.write("compose.lock", "");
  fs::create_symlink("out", folder / "also-out");
  const SourceContext context{.never = {folder / "also-out", folder / "compose.lock", folder / "absent"}};
  const SourceTree loaded = load_folder(folder.path(), context);
  CHECK(paths(loaded.tree) == std::vector<std::string>{".gitignore", "also-out", "lib"});
  refused([&] { static_cast<void>(load_folder(folder / "out", context)); }, "no sources");
}

TEST_CASE("dir_source: exclude takes whole folders and tells what it misses", "[source][dir]") {
  const Folder folder;
  folder.write("keep/a.tmp", "");
  folder.write("keep/a", "");
  folder.write("cache/deep/b", "");
  Stage stage = stage_of(DirSource{folder.path()});
  stage.exclude = {"**/*.tmp", "cache", "nothing/*"};
  const SourceTree loaded = load(stage);
  CHECK(paths(loaded.tree) == std::vector<std::string>{"keep", "keep/a"});
  REQUIRE(loaded.notices.size() == 1);
  CHECK_THAT(loaded.notices[0], Catch::Matchers::Contains("'nothing/*' matches nothing"));
}

TEST_CASE("dir_source: hard links stay links", "[source][dir]") {
  const Folder folder;
  folder.write("z", "same");
  fs::create_hard_link(folder / "z", folder / "b");
  fs::create_hard_link(folder / "z", folder / "m");
  const SourceTree loaded = load_folder(folder.path());
  CHECK(at(loaded.tree, "b").type == EntryType::file);
  CHECK(content(loaded.tree, "b") == "same");
  for (const char* name : {"m", "z"}) {
    CHECK(at(loaded.tree, name).type == EntryType::hardlink);
    CHECK(at(loaded.tree, name).link == "b");
  }
}

TEST_CASE("dir_source: what cannot be in an image is refused by name", "[source][dir][hostile]") {
  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0644) == 0);
  const Error error = error_of([&] { static_cast<void>(load_folder(folder.path())); });
  CHECK(error.kind() == ErrorKind::usage);
  CHECK_THAT(error.what(), Catch::Matchers::Contains("/pipe: neither file"));
  CHECK_THAT(error.hint(), Catch::Matchers::Contains("exclude = [\"pipe\"]"));

  fs::remove(folder / "pipe");
  folder.write(".wh.gone", "");
  refused([&] { static_cast<void>(load_folder(folder.path())); }, ".wh.");
}

TEST_CASE("dir_source: no such folder, no folder", "[source][dir]") {
  const Folder folder;
  folder.write("file", "");
  refused([&] { static_cast<void>(load_folder(folder / "none")); }, "No such file");
  const Error error = error_of([&] { static_cast<void>(load_folder(folder / "file")); });
  CHECK_THAT(error.hint(), Catch::Matchers::Contains("archive"));
}

TEST_CASE("dir_source: a tree of 300 levels is refused, not followed", "[source][dir][hostile]") {
  const Folder folder;
  std::string path = "d";
  for (int i = 0; i < 300; ++i) path += "/d";
  fs::create_directories(folder / path);
  refused([&] { static_cast<void>(load_folder(folder.path())); }, "deep");
}

TEST_CASE("dir_source: a file that changes between walk and read is an error", "[source][dir]") {
  const Folder folder;
  folder.write("file", "old content");
  const SourceTree loaded = load_folder(folder.path());
  const auto read = [&] { static_cast<void>(content(loaded.tree, "file")); };

  SECTION("other size") { folder.write("file", "longer than the old content"); }
  SECTION("same size, time set back") {
    struct stat status {};
    REQUIRE(::stat((folder / "file").c_str(), &status) == 0);
    folder.write("file", "new content");
    const timespec times[2] = {status.st_atim, status.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, (folder / "file").c_str(), times, 0) == 0);
  }
  SECTION("replaced by a copy") {
    folder.write("copy", "old content");
    fs::rename(folder / "copy", folder / "file");
  }
  SECTION("replaced by a fifo") {
    fs::remove(folder / "file");
    REQUIRE(::mkfifo((folder / "file").c_str(), 0644) == 0);
  }
  CHECK_THAT(error_of(read).what(), Catch::Matchers::Contains("changed while it was read"));
}

TEST_CASE("dir_source: a folder swapped for a link is not followed", "[source][dir][hostile]") {
  const Folder outside;
  outside.write("file", "secret");
  const Folder folder;
  folder.write("dir/file", "public");
  const SourceTree loaded = load_folder(folder.path());
  fs::rename(folder / "dir", folder / "away");
  fs::create_directory_symlink(outside.path(), folder / "dir");
  const Error error = error_of([&] { static_cast<void>(content(loaded.tree, "dir/file")); });
  CHECK_THAT(error.what(), Catch::Matchers::Contains("dir/file: Too many levels of symbolic links"));
}

TEST_CASE("dir_source: xattrs only if asked for, and only those of an image", "[source][dir]") {
  const Folder folder;
  const fs::path file = folder.write("file", "x");
  if (::setxattr(file.c_str(), "user.note", "v\0w", 3, 0) != 0) {
    WARN("skipped: this file system has no user xattrs");
    return;
  }
  CHECK(at(load_folder(folder.path()).tree, "file").attributes.xattrs.empty());
  Stage stage = stage_of(DirSource{folder.path()});
  stage.xattrs = true;
  const SourceTree loaded = load(stage);
  const auto& xattrs = at(loaded.tree, "file").attributes.xattrs;
  CHECK(xattrs.at("user.note") == std::string("v\0w", 3));
  CHECK(xattrs.size() == 1);
}

TEST_CASE("dir_source: an unreadable file is named", "[source][dir]") {
  if (::geteuid() == 0) {
    WARN("skipped: root reads everything");
    return;
  }
  const Folder folder;
  folder.write("shut", "x", 0);
  const SourceTree loaded = load_folder(folder.path());
  refused([&] { static_cast<void>(content(loaded.tree, "shut")); }, "shut: Permission denied");
}

TEST_CASE("dir_source: few descriptors for many files", "[source][dir]") {
  const Folder folder;
  for (int i = 0; i < 300; ++i) folder.write(fmt::format("d{}/f", i), "x");
  const SourceTree loaded = load_folder(folder.path());
  const auto open_now = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto before = open_now();
  for (const TreeEntry& entry : loaded.tree.entries) {
    if (entry.type == EntryType::file) CHECK(content(loaded.tree, entry.path) == "x");
  }
  CHECK(open_now() == before);
  CHECK(before < 32);
}
