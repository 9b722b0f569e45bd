#include "composer/layer/file_tree.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "signer/error.hpp"
#include "tests/unit/layer/trees.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

std::vector<std::string> paths_of(const FileTree& tree) {
  std::vector<std::string> paths;
  for (const TreeEntry& each : tree.entries) {
    const char mark = each.type == EntryType::whiteout ? '-' : each.type == EntryType::opaque ? '!' : ' ';
    paths.push_back(mark + each.path);
  }
  return paths;
}

void refuses(const FileTree& given, const std::string& rule) {
  FileTree tree = given;
  CAPTURE(rule);
  CHECK_THROWS_WITH(normalise_tree(tree), Contains(rule));
}

}  // namespace

TEST_CASE("file_tree: a layer is ordered by components, whiteouts before their siblings", "[layer][tree]") {
  const std::vector<std::string> expected = {" ",      "!",      "-zz",    " a",       "!a",
                                             "-a/zz",  " a/b",   " a/b/c", " a/b/c/d", " a/b-c",
                                             " a/b.d", " a\x01", " a-b",   " b"};
  TreeMaker maker;
  maker.add(directory("")).add(entry("", EntryType::opaque)).add(entry("zz", EntryType::whiteout));
  maker.add(directory("a")).add(entry("a", EntryType::opaque)).add(entry("a/zz", EntryType::whiteout));
  maker.add(directory("a/b")).add(directory("a/b/c")).add(entry("a/b/c/d")).add(entry("a/b-c"));
  maker.add(entry("a/b.d")).add(entry("a\x01")).add(entry("a-b")).add(entry("b"));
  FileTree tree = maker.tree();
  std::mt19937 random(7);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(tree.entries.begin(), tree.entries.end(), random);
    normalise_tree(tree);
    REQUIRE(paths_of(tree) == expected);
  }
}

TEST_CASE("file_tree: layer_order is a strict order over all pairs", "[layer][tree]") {
  std::vector<TreeEntry> all;
  for (const char* path : {"a", "b", "a/b", "a/c", "a.b", "a/b/c", "ab", "a\x01", "a/b.c"}) {
    for (const EntryType type : {EntryType::file, EntryType::whiteout, EntryType::opaque}) {
      all.push_back(entry(path, type));
    }
  }
  for (const TreeEntry& a : all) {
    CHECK_FALSE(layer_order(a, a));
    for (const TreeEntry& b : all) {
      if (&a != &b) CHECK(layer_order(a, b) != layer_order(b, a));
      for (const TreeEntry& c : all) {
        if (layer_order(a, b) && layer_order(b, c)) REQUIRE(layer_order(a, c));
      }
    }
  }
}

TEST_CASE("file_tree: paths that are refused", "[layer][tree][hostile]") {
  const auto [path, rule] = GENERATE(table<std::string, std::string>({
      {"../x", "'..' in the path"},
      {"a/../x", "'..' in the path"},
      {"a/..", "'..' in the path"},
      {"/etc/passwd", "absolute"},
      {"/", "absolute"},
      {"a//b", "empty path component"},
      {"a/", "empty path component"},
      {"./a", "'.' in the path"},
      {"a/.", "'.' in the path"},
      {std::string("a\0b", 3), "NUL"},
      {std::string(256, 'x'), "more than 255 bytes"},
      {"d/.wh.x", ".wh."},
      {".wh.x/f", ".wh."},
      {".wh..wh..opq", ".wh."},
  }));
  TreeMaker maker;
  refuses(maker.add(entry(path)).tree(), rule);
  CHECK_THROWS_WITH(check_entry_path(path), Contains(rule) && Contains("entry '"));
}

TEST_CASE("file_tree: limits of paths are exact", "[layer][tree][hostile]") {
  std::string deep = "d";
  for (int i = 1; i < 256; ++i) deep += "/d";
  CHECK_NOTHROW(check_entry_path(deep));
  CHECK_THROWS_WITH(check_entry_path(deep + "/d"), Contains("deeper than 256"));
  std::string longest(254, 'x');
  for (int i = 0; i < 15; ++i) longest += "/" + std::string(255, 'x');
  longest += "/x";
  REQUIRE(longest.size() == 4096);
  CHECK_NOTHROW(check_entry_path(longest));
  CHECK_THROWS_WITH(check_entry_path(longest + "x"), Contains("longer than 4096"));
  CHECK_NOTHROW(check_entry_path(""));
  CHECK_NOTHROW(check_entry_path("a/...b/..c/.w/.wh"));
  CHECK_NOTHROW(check_entry_path("\xff\x1b\n"));
  CHECK_THROWS_WITH(check_entry_path("\x1b[31m/.."), Contains("\\x1b") && !Contains("\x1b"));
}

TEST_CASE("file_tree: entries that are refused", "[layer][tree][hostile]") {
  TreeEntry bad = entry("f");
  std::string rule;
  SECTION("uid") { bad.attributes.uid = 0x8000'0000, rule = "id out of range"; }
  SECTION("gid") { bad.attributes.gid = 0xffff'ffff, rule = "id out of range"; }
  SECTION("mode") { bad.attributes.mode = 010000, rule = "mode out of range"; }
  SECTION("early") { bad.mtime = -1, rule = "time out of range"; }
  SECTION("late") { bad.mtime = 0x2'0000'0000, rule = "time out of range"; }
  SECTION("size") { bad.size = 1ull << 62, rule = "size out of range"; }
  SECTION("empty link") { bad = link_to("f", ""), rule = "empty symbolic link"; }
  SECTION("long link") { bad = link_to("f", std::string(4096, 'x')), rule = "too long"; }
  SECTION("NUL in link") { bad = link_to("f", std::string("a\0b", 3)), rule = "NUL"; }
  SECTION("root") { bad = entry(""), rule = "root is no directory"; }
  SECTION("root removed") { bad = entry("", EntryType::whiteout), rule = "root is no directory"; }
  SECTION("xattr name") { bad.attributes.xattrs["a=b"] = "", rule = "no name of an extended attribute"; }
  SECTION("xattr size") { bad.attributes.xattrs["user.a"] = std::string(65537, 'x'), rule = "too large"; }
  SECTION("overlay xattr") { bad.attributes.xattrs["user.overlay.redirect"] = "/", rule = "overlayfs"; }
  SECTION("device") {
    bad = entry("f", EntryType::char_device);
    bad.device_major = 4096;
    rule = "device numbers";
  }
  SECTION("hard link out") { bad = link_to("f", "../x", EntryType::hardlink), rule = "'..'"; }
  SECTION("hard link to nothing") { bad = link_to("f", "x", EntryType::hardlink), rule = "not there"; }
  SECTION("hard link to itself") { bad = link_to("f", "f", EntryType::hardlink), rule = "circle"; }
  refuses(FileTree{{bad}, nullptr}, rule);
}

TEST_CASE("file_tree: relations between entries", "[layer][tree][hostile]") {
  TreeMaker maker;
  SECTION("twice") { refuses(maker.add(entry("a")).add(entry("b")).add(entry("a")).tree(), "there twice"); }
  SECTION("file and folder") { refuses(maker.add(entry("a")).add(directory("a")).tree(), "there twice"); }
  SECTION("removed twice") {
    maker.add(entry("a", EntryType::whiteout)).add(entry("a", EntryType::whiteout));
    refuses(maker.tree(), "there twice");
  }
  SECTION("opaque twice") {
    maker.add(directory("a")).add(entry("a", EntryType::opaque)).add(entry("a", EntryType::opaque));
    refuses(maker.tree(), "there twice");
  }
  SECTION("below a file") { refuses(maker.add(entry("a")).add(entry("a/b")).tree(), "'a' is no directory"); }
  SECTION("below a link") {
    refuses(maker.add(link_to("a", "x")).add(entry("a-b")).add(entry("a/b/c")).tree(), "'a' is no directory");
  }
  SECTION("opaque file") {
    refuses(maker.add(entry("a")).add(entry("a", EntryType::opaque)).tree(), "'a' is no directory");
  }
  SECTION("there and removed") {
    refuses(maker.add(entry("a/b")).add(entry("a/b", EntryType::whiteout)).tree(), "both there and removed");
  }
  SECTION("below what is removed") {
    refuses(maker.add(entry("a/b/c")).add(entry("a", EntryType::whiteout)).tree(),
            "below 'a', which is removed");
  }
  SECTION("too many") {
    FileTree tree = maker.add(entry("a")).add(entry("b")).tree();
    CHECK_THROWS_WITH(normalise_tree(tree, 1), Contains("2 entries"));
    CHECK_NOTHROW(normalise_tree(tree, 2));
  }
}

TEST_CASE("file_tree: the first name of a hard link is the file", "[layer][tree]") {
  TreeEntry file = entry("z/file");
  file.attributes = {.mode = 04711, .uid = 5, .gid = 6, .xattrs = {{"user.a", "b"}}};
  TreeMaker maker;
  maker.file(file, "text")
      .add(link_to("a", "m", EntryType::hardlink))
      .add(link_to("m", "z/file", EntryType::hardlink));
  maker.file("other", "more");
  const FileTree tree = maker.normalised();
  REQUIRE(tree.entries.size() == 4);
  CHECK(described(tree.entries[0]) == "a|regular file|4711|5:6|1767225600|4||0,0|user.a=b");
  CHECK(tree.entries[0].content == 0);
  CHECK(described(tree.entries[1]) == "m|hard link|4711|5:6|1767225600|0|a|0,0");
  CHECK(described(tree.entries[3]) == "z/file|hard link|4711|5:6|1767225600|0|a|0,0");
  CHECK(described(tree.entries[2]) == "other|regular file|644|0:0|1767225600|4||0,0");
}

TEST_CASE("file_tree: hard links in circles and to folders", "[layer][tree][hostile]") {
  TreeMaker maker;
  SECTION("circle") {
    maker.add(link_to("a", "b", EntryType::hardlink)).add(link_to("b", "c", EntryType::hardlink));
    refuses(maker.add(link_to("c", "b", EntryType::hardlink)).tree(), "circle");
  }
  SECTION("folder") {
    refuses(maker.add(directory("d")).add(link_to("a", "d", EntryType::hardlink)).tree(), "no regular file");
  }
  SECTION("symbolic link") {
    refuses(maker.add(link_to("l", "x")).add(link_to("a", "l", EntryType::hardlink)).tree(),
            "no regular file");
  }
  SECTION("what is removed") {
    maker.add(entry("w", EntryType::whiteout));
    refuses(maker.add(link_to("a", "w", EntryType::hardlink)).tree(), "not there");
  }
}

TEST_CASE("file_tree: a long chain of hard links takes no quadratic time", "[layer][tree]") {
  FileTree tree;
  constexpr int count = 50'000;
  for (int i = count; i-- > 0;) {
    tree.entries.push_back(
        i == 0 ? entry("d/000000")
               : link_to(fmt::format("d/{:06}", i), fmt::format("d/{:06}", i - 1), EntryType::hardlink));
  }
  tree.entries.push_back(entry("w", EntryType::whiteout));
  normalise_tree(tree);
  CHECK(tree.entries.back().link == "d/000000");
  CHECK(tree.entries.front().type == EntryType::whiteout);
}
