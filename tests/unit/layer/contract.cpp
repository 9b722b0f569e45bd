#include "composer/layer/contract.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/layer/trees.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

const Contract app = {"app", {"/srv/app/**"}};
const Contract ops = {"ops", {"/**"}};

LayerView base() {
  LayerView view;
  TreeEntry tmp = directory("tmp", 01777);
  TreeEntry labelled = directory("srv");
  labelled.attributes.xattrs["user.a"] = "b";
  view.apply(
      {tmp, labelled, directory("srv/app"), entry("srv/app/f"), directory("srv/other"), entry("srv/other/f"),
       directory("root", 0700), directory("etc"), entry("etc/passwd"), directory("usr"), directory("usr/lib"),
       link_to("lib", "usr/lib"), link_to("srv/app/out", "/etc")},
      0);
  return view;
}

TreeEntry srv() {
  TreeEntry made = directory("srv");
  made.attributes.xattrs["user.a"] = "b";
  return made;
}

std::string codes(const std::vector<TreeEntry>& entries, const Contract& contract = app,
                  const LayerView& below = base()) {
  std::string all;
  for (const Finding& finding : contract_breaches(entries, below, contract)) {
    all += (all.empty() ? "" : " ") + finding.code;
  }
  return all;
}

}  // namespace

TEST_CASE("contract: what a team may do in its own place", "[layer][contract]") {
  CHECK(codes({srv(), directory("srv/app", 0700), entry("srv/app/f"), entry("srv/app/d/g"),
               link_to("srv/app/l", "/")}) == "");
  CHECK(codes({entry("srv/app/f", EntryType::whiteout)}) == "");
  CHECK(codes({entry("srv/app", EntryType::whiteout)}) == "");
  CHECK(codes({entry("srv/app", EntryType::opaque)}) == "");
  CHECK(codes({entry("srv/app")}) == "");
  CHECK(codes({entry("srv/app/pipe", EntryType::fifo)}) == "");
}

TEST_CASE("contract: paths outside", "[layer][contract][hostile]") {
  CHECK(codes({entry("etc/passwd")}) == "contract");
  CHECK(codes({entry("etc/new")}) == "contract");
  CHECK(codes({entry("srv/apple/f")}) == "contract");
  CHECK(codes({entry("srv/app2")}) == "contract");
  CHECK(codes({link_to("srv/application", "app")}) == "contract");
  CHECK(codes({link_to("etc/hard", "srv/app/f", EntryType::hardlink)}) == "contract");
  CHECK(codes({directory("etc/passwd")}) == "contract");
  CHECK(codes({directory("lib")}) == "contract");
  CHECK(codes({entry("srv/app/ok"), entry("etc/a"), entry("etc/b")}) == "contract contract");
  const Findings found = contract_breaches({entry("etc/\x1b[0m")}, base(), app);
  CHECK(found.at(0).message == "team 'app' may not write '/etc/\\x1b[0m'");
  CHECK(found.at(0).hint == "team 'app' may write: /srv/app/**");
}

TEST_CASE("contract: directories outside may be there, unchanged", "[layer][contract][hostile]") {
  CHECK(codes({directory("tmp", 01777), directory("root", 0700), srv(), directory("")}) == "");
  CHECK(codes({directory("tmp")}) == "contract-parent");
  CHECK(codes({directory("root")}) == "contract-parent");
  CHECK(codes({directory("", 0777)}) == "contract-parent");
  CHECK(codes({directory("srv")}) == "contract-parent");  // the xattr is gone
  TreeEntry owned = directory("etc");
  owned.attributes.uid = 1;
  CHECK(codes({owned}) == "contract-parent");
  const Findings found = contract_breaches({owned}, base(), app);
  CHECK_THAT(found.at(0).message, Contains("0755 0:0 below and 0755 1:0 in the layer"));
}

TEST_CASE("contract: new directories outside only as far as they lead inside", "[layer][contract]") {
  const Contract deep = {"app", {"/opt/a/b/**"}};
  CHECK(codes({directory("opt"), directory("opt/a"), entry("opt/a/b/f")}, deep) == "");
  CHECK(codes({entry("opt/a/b/f"), directory("opt/a"), directory("opt")}, deep) == "");
  CHECK(codes({directory("opt"), directory("opt/a"), directory("opt/c"), entry("opt/a/b/f")}, deep) ==
        "contract");
  CHECK(codes({directory("opt"), directory("opt/a")}, deep) == "contract contract");
  CHECK(codes({directory("opt", 0777), directory("opt/a"), entry("opt/a/b/f")}, deep) == "contract");
  TreeEntry owned = directory("opt");
  owned.attributes.gid = 5;
  CHECK(codes({owned, directory("opt/a"), entry("opt/a/b/f")}, deep) == "contract");
}

TEST_CASE("contract: removing is writing", "[layer][contract][hostile]") {
  CHECK(codes({entry("etc/passwd", EntryType::whiteout)}) == "contract-whiteout");
  CHECK(codes({entry("srv", EntryType::whiteout)}) == "contract-whiteout");
  CHECK(codes({entry("etc", EntryType::opaque)}) == "contract-whiteout");
  CHECK(codes({entry("", EntryType::opaque)}) == "contract-whiteout");
  CHECK(codes({entry("nothing/there", EntryType::whiteout)}) == "contract-whiteout");
  // The path itself may be written, but not all that goes with it.
  const Contract shallow = {"app", {"/srv", "/srv/app/**"}};
  CHECK(codes({entry("srv", EntryType::whiteout)}, shallow) == "contract-whiteout");
  CHECK(codes({entry("srv", EntryType::opaque)}, shallow) == "contract-whiteout");
  CHECK(codes({entry("srv")}, shallow) == "contract-whiteout");
  CHECK(codes({link_to("srv", "elsewhere")}, shallow) == "contract-whiteout");
  CHECK(codes({directory("srv", 0700)}, shallow) == "");
  const Contract both = {"app", {"/srv", "/srv/app/**", "/srv/other", "/srv/*/f"}};
  CHECK(codes({entry("srv", EntryType::whiteout)}, both) == "");
  CHECK_THAT(contract_breaches({entry("srv", EntryType::whiteout)}, base(), shallow).at(0).message,
             Contains("may not remove '/srv/other', which the whiteout '/srv' removes"));
}

TEST_CASE("contract: nested removals are walked once", "[layer][contract]") {
  LayerView view;
  std::vector<TreeEntry> all, opaque;
  std::string deep = "srv";
  for (int i = 0; i < 100; ++i)
    all.push_back(directory(deep += "/d")), opaque.push_back(entry(deep, EntryType::opaque));
  for (int i = 0; i < 2'000; ++i) all.push_back(entry(deep + "/" + std::to_string(i)));
  view.apply(all, 0);
  std::reverse(opaque.begin(), opaque.end());
  CHECK(codes(opaque, {"app", {"/srv/d/**/*", "/srv/d"}}, view) == "");
}

TEST_CASE("contract: nobody writes through a link", "[layer][contract][hostile]") {
  CHECK(codes({entry("lib/x")}, ops) == "write-through-link");
  CHECK(codes({directory("lib"), entry("lib/x")}, ops) == "write-through-link");
  CHECK(codes({directory("lib"), entry("lib", EntryType::opaque), entry("lib/x")}, ops) == "");
  CHECK(codes({directory("lib"), directory("usr")}, ops) == "");
  CHECK(codes({entry("lib/x", EntryType::whiteout)}, ops) == "write-through-link");
  CHECK(codes({entry("srv/app/out/passwd")}) == "write-through-link");
  CHECK(codes({entry("srv/app/out/deep/passwd", EntryType::whiteout)}) == "write-through-link");
  // A link of the layer itself, whatever the order.
  CHECK(codes({link_to("srv/app/new", "/etc"), entry("srv/app/new/passwd")}) == "write-through-link");
  CHECK(codes({entry("srv/app/new/passwd"), link_to("srv/app/new", "/etc")}) == "write-through-link");
  // The link alone is no way through.
  CHECK(codes({link_to("srv/app/out", "/var")}) == "");
  CHECK(codes({entry("srv/app/out", EntryType::whiteout)}) == "");
  // One finding for each link, with a count.
  std::vector<TreeEntry> many;
  for (int i = 0; i < 500; ++i) many.push_back(entry("lib/" + std::to_string(i)));
  const Findings found = contract_breaches(many, base(), ops);
  REQUIRE(found.size() == 1);
  CHECK_THAT(found[0].message,
             Contains("entry 'lib/0' and 499 more entries: the parent 'lib' is a symbolic link"));
}

TEST_CASE("contract: a folder on the way must not take the place of a file", "[layer][contract][hostile]") {
  LayerView view = base();
  view.apply({entry("opt")}, 1);
  CHECK(codes({entry("opt/x/y")}, {"app", {"/opt/x/**"}}, view) == "contract");
  CHECK(codes({entry("opt/x/y")}, {"app", {"/opt/**"}}, view) == "");
}

TEST_CASE("contract: rights beyond the user's need the whole tree", "[layer][contract][hostile]") {
  TreeEntry special = entry("srv/app/x");
  SECTION("set-user-id") { special.attributes.mode = 04755; }
  SECTION("set-group-id") { special.attributes.mode = 02755; }
  SECTION("another name") {
    special = link_to("srv/app/x", "srv/app/f", EntryType::hardlink);
    special.attributes.mode = 04755;
  }
  SECTION("character device") { special.type = EntryType::char_device; }
  SECTION("block device") { special.type = EntryType::block_device; }
  SECTION("capability") { special.attributes.xattrs["security.capability"] = "x"; }
  CHECK(codes({special}) == "contract-special");
  CHECK(codes({special}, {"app", {"/srv/**", "/*/**"}}) == "contract-special");
  CHECK(codes({special}, ops) == "");
  CHECK(codes({special}, {"app", {"/srv/app/**", "**"}}) == "");
}

TEST_CASE("contract: sticky and set-group-id directories, and sticky files, are fine", "[layer][contract]") {
  TreeEntry sticky = entry("srv/app/x");
  sticky.attributes.mode = 01755;
  CHECK(codes({directory("srv/app/d", 03777), sticky}) == "");
}

TEST_CASE("contract: the list of findings is bounded", "[layer][contract][hostile]") {
  std::vector<TreeEntry> many;
  for (int i = 0; i < 500; ++i) many.push_back(entry("etc/" + std::to_string(i)));
  const Findings found = contract_breaches(many, base(), app);
  CHECK(found.size() == 101);
  CHECK(found.back().code == "contract-more");
}

TEST_CASE("contract: no globs, no rights", "[layer][contract]") {
  CHECK(codes({entry("x")}, {"app", {}}) == "contract");
  CHECK(codes({directory("etc")}, {"app", {}}) == "");
}

TEST_CASE("add_parents: with the attributes that they have below", "[layer][contract]") {
  FileTree tree;
  tree.entries = {entry("new/a/f"),
                  entry("root/x/f"),
                  directory("srv/app", 0711),
                  entry("srv/app/f"),
                  entry("tmp/d", EntryType::opaque),
                  entry("usr/gone", EntryType::whiteout),
                  entry("top")};
  add_parents(tree, base(), 42);
  std::vector<std::string> shown;
  for (const TreeEntry& each : tree.entries) {
    shown.push_back(
        fmt::format("{} {:o} {}", each.path, each.attributes.mode, each.mtime == 42 ? "added" : ""));
  }
  CHECK(shown == std::vector<std::string>{
                     "new 755 added", "new/a 755 added", "new/a/f 644 ", "root 700 added", "root/x 755 added",
                     "root/x/f 644 ", "srv 755 added", "srv/app 711 ", "srv/app/f 644 ", "tmp 1777 added",
                     "tmp/d 755 added", "tmp/d 644 ", "top 644 ", "usr 755 added", "usr/gone 644 "});
  CHECK(tree.entries[6].attributes.xattrs.at("user.a") == "b");
  CHECK(codes(tree.entries, ops) == "");
  const std::string before = tar_of(FileTree{tree.entries, nullptr});
  add_parents(tree, base(), 43);
  CHECK(tar_of(FileTree{tree.entries, nullptr}) == before);  // nothing is missing any more
}

TEST_CASE("add_parents: a parent that is a link below stays a breach", "[layer][contract][hostile]") {
  FileTree tree;
  tree.entries = {entry("lib/x")};
  add_parents(tree, base(), 0);
  CHECK(codes(tree.entries, ops) == "write-through-link");
}
