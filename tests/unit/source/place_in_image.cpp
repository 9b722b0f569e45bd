#include "composer/source/exclude_rules.hpp"
#include "source_fixture.hpp"

using namespace compose;
using namespace compose::test;

namespace {

constexpr std::int64_t epoch = 1000;

struct Placed {
  FileTree tree;
  std::vector<std::string> notices;
};

Placed place(const Stage& stage, SourceTree source) {
  Placed placed;
  placed.tree = place_in_image(stage, std::move(source), epoch, placed.notices);
  return placed;
}

Placed place(const Stage& stage) { return place(stage, load(stage)); }

TreeEntry entry_of(std::string path, EntryType type = EntryType::file, std::int64_t mtime = 0) {
  TreeEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  entry.mtime = mtime;
  return entry;
}

Stage files_stage() { return stage_of(FilesSource{{{"etc/motd", "hi\n"}, {"etc/empty", ""}}}); }

}  // namespace

TEST_CASE("files_source: texts of the recipe, 0:0 0644", "[source][files]") {
  Stage stage = files_stage();
  const SourceTree loaded = load(stage);
  CHECK(paths(loaded.tree) == std::vector<std::string>{"etc/empty", "etc/motd"});
  CHECK(content(loaded.tree, "etc/motd") == "hi\n");
  CHECK(content(loaded.tree, "etc/empty").empty());
  CHECK(at(loaded.tree, "etc/motd").attributes == Attributes{.mode = 0644, .uid = 0, .gid = 0, .xattrs = {}});

  stage.exclude = {"etc/m*"};
  CHECK(paths(load(stage).tree) == std::vector<std::string>{"etc/empty"});
  for (const char* path : {"/abs", "../x", "a/../b", "a//b", "", "d/.wh.x"}) {
    CAPTURE(path);
    CHECK_THROWS_AS(load(stage_of(FilesSource{{{path, ""}}})), Error);
  }
  refused([] { static_cast<void>(load(stage_of(FilesSource{{{"a", ""}, {"a/b", ""}}}))); }, "no directory");
}

TEST_CASE("place_in_image: `to` without a statement is left to the stages below", "[source][place]") {
  Stage stage = files_stage();
  stage.to = "/srv/app";
  const Placed placed = place(stage);
  CHECK(paths(placed.tree) == std::vector<std::string>{"srv/app/etc/empty", "srv/app/etc/motd"});
  CHECK(at(placed.tree, "srv/app/etc/motd").mtime == epoch);
  CHECK(content(placed.tree, "srv/app/etc/motd") == "hi\n");
}

TEST_CASE("place_in_image: `to` with an owner is the stage's own folder", "[source][place]") {
  Stage stage = files_stage();
  stage.to = "/srv/app";
  stage.owner = NumericOwner{10, 20};
  const Placed placed = place(stage);
  const TreeEntry& root = at(placed.tree, "srv/app");
  CHECK(root.type == EntryType::directory);
  CHECK(root.attributes == Attributes{.mode = 0755, .uid = 10, .gid = 20, .xattrs = {}});
  CHECK(root.mtime == epoch);
  CHECK(at(placed.tree, "srv/app/etc/motd").attributes.uid == 10);
}

TEST_CASE("place_in_image: an empty source makes its folder", "[source][place]") {
  const Folder folder;
  Stage stage = stage_of(DirSource{folder.path()});
  stage.to = "/var/empty";
  CHECK(paths(place(stage).tree) == std::vector<std::string>{"var/empty"});
  stage.to = "/";
  CHECK(place(stage).tree.entries.empty());
}

TEST_CASE("place_in_image: an archive's root", "[source][place]") {
  Stage stage = stage_of(ArchiveSource{});
  SourceTree source;
  source.root_stated = true;
  SECTION("as everybody's root: no entry") { CHECK(place(stage, source).tree.entries.empty()); }
  SECTION("another mode: an entry with its own time") {
    source.root.mode = 0700;
    source.root_mtime = 5;
    const Placed placed = place(stage, source);
    REQUIRE(placed.tree.entries.size() == 1);
    CHECK(placed.tree.entries[0].path.empty());
    CHECK(placed.tree.entries[0].attributes.mode == 0700);
    CHECK(placed.tree.entries[0].mtime == 5);
  }
  SECTION("below `to`: an entry") {
    stage.to = "/opt";
    CHECK(paths(place(stage, source).tree) == std::vector<std::string>{"opt"});
  }
}

TEST_CASE("place_in_image: an archive keeps older times and owners", "[source][place]") {
  Stage stage = stage_of(ArchiveSource{});
  SourceTree source;
  source.tree.entries = {entry_of("old", EntryType::file, 10), entry_of("new", EntryType::file, 5000)};
  for (TreeEntry& entry : source.tree.entries) entry.attributes.uid = 33;
  const Placed placed = place(stage, source);
  CHECK(at(placed.tree, "old").mtime == 10);
  CHECK(at(placed.tree, "new").mtime == epoch);
  CHECK(at(placed.tree, "old").attributes.uid == 33);
  stage.owner = NumericOwner{1, 2};
  CHECK(at(place(stage, source).tree, "old").attributes.uid == 1);
}

TEST_CASE("place_in_image: the last rule wins, field by field", "[source][place]") {
  Stage stage = stage_of(FilesSource{{{"bin/run", ""}, {"bin/lib", ""}, {"doc", ""}}});
  stage.owner = NumericOwner{1, 1};
  stage.attributes = {{.match = "bin/*", .mode = 0755, .owner = NumericOwner{5, 5}},
                      {.match = "bin/lib", .mode = 0644, .owner = {}},
                      {.match = "none", .mode = 0, .owner = {}}};
  const Placed placed = place(stage);
  CHECK(at(placed.tree, "bin/run").attributes == Attributes{.mode = 0755, .uid = 5, .gid = 5, .xattrs = {}});
  CHECK(at(placed.tree, "bin/lib").attributes == Attributes{.mode = 0644, .uid = 5, .gid = 5, .xattrs = {}});
  CHECK(at(placed.tree, "doc").attributes.uid == 1);
  CHECK(placed.notices == std::vector<std::string>{"attributes rule 'none' matches nothing"});
}

TEST_CASE("place_in_image: rules are about the source, links have no mode, ** means the root too",
          "[source][place]") {
  const Folder folder;
  fs::create_symlink("x", folder / "link");
  Stage stage = stage_of(DirSource{folder.path()});
  stage.to = "/srv";
  stage.attributes = {{.match = "**", .mode = 0750, .owner = NumericOwner{9, 9}},
                      {.match = "srv/**", .mode = 0, .owner = {}}};
  const Placed placed = place(stage);
  CHECK(at(placed.tree, "srv/link").attributes.mode == 0777);
  CHECK(at(placed.tree, "srv/link").attributes.uid == 9);
  CHECK(at(placed.tree, "srv").attributes.mode == 0750);
  CHECK(placed.notices.size() == 1);
}

TEST_CASE("place_in_image: two names of one file cannot differ", "[source][place]") {
  const Folder folder;
  folder.write("a", "x");
  fs::create_hard_link(folder / "a", folder / "b");
  Stage stage = stage_of(DirSource{folder.path()});
  stage.to = "/opt";
  stage.attributes = {{.match = "b", .mode = 0755, .owner = {}}};
  refused([&] { static_cast<void>(place(stage)); }, "'a' and 'b' are two names of one file");
  stage.attributes[0].match = "?";
  const Placed placed = place(stage);
  CHECK(at(placed.tree, "opt/b").link == "opt/a");
  CHECK(at(placed.tree, "opt/b").attributes.mode == 0755);
}

TEST_CASE("place_in_image: removed paths become whiteouts", "[source][place]") {
  Stage stage = files_stage();
  stage.remove = {"/srv/old", "/etc/issue"};
  const Placed placed = place(stage);
  const TreeEntry& gone = at(placed.tree, "srv/old");
  CHECK(gone.type == EntryType::whiteout);
  CHECK(gone.mtime == epoch);
  CHECK(at(placed.tree, "etc/issue").type == EntryType::whiteout);
}

TEST_CASE("place_in_image: what is removed cannot be brought by the same stage", "[source][place]") {
  Stage stage = files_stage();
  const auto refuses = [&](std::vector<std::string> remove, const std::string& part) {
    stage.remove = std::move(remove);
    refused([&] { static_cast<void>(place(stage)); }, part);
  };
  refuses({"/etc/motd"}, "brings '/etc/motd'");
  refuses({"/etc"}, "remove '/etc': the same stage brings '/etc/");
  refuses({"/x", "/x"}, "named twice");
  refuses({"/x", "/x/y"}, "goes with '/x' already");
  refuses({"/a/../b"}, "'..'");
  refuses({"/"}, "entry ''");
  stage.remove = {"/etc/motd.old", "/etc/mot"};
  CHECK_NOTHROW(place(stage));
}

TEST_CASE("stage_epoch: the recipe's, SOURCE_DATE_EPOCH, the commit's, 0", "[source]") {
  Recipe recipe;
  SourceTree source;
  CHECK(stage_epoch(recipe, source, std::nullopt) == 0);
  source.commit_time = 30;
  CHECK(stage_epoch(recipe, source, std::nullopt) == 30);
  CHECK(stage_epoch(recipe, source, 20) == 20);
  recipe.epoch = 10;
  CHECK(stage_epoch(recipe, source, 20) == 10);
}

TEST_CASE("exclude_rules: parents count, each glob knows its use", "[source]") {
  ExcludeRules rules({"a/b", "**/*.o", "never"});
  CHECK(rules.cover("a/b"));
  CHECK(rules.cover("a/b/c/d"));
  CHECK(rules.cover("x/y.o"));
  CHECK(rules.cover("x.o/inside"));
  CHECK_FALSE(rules.cover("a/bc"));
  CHECK_FALSE(rules.cover("a"));
  CHECK_FALSE(rules.match("a/b/c"));
  std::vector<std::string> notices;
  rules.tell_unused(notices);
  CHECK(notices == std::vector<std::string>{"exclude 'never' matches nothing"});
}
