#include "composer/layer/layer_view.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/layer/trees.hpp"

using namespace compose;
using namespace compose::test;

namespace {

std::string shown(const LayerView& view) {
  std::string text;
  for (const std::string& path : view.below("")) {
    const LayerView::Node* node = view.find(path);
    text += fmt::format("{}{}@{} ", path, node->type == EntryType::directory ? "/" : "", node->layer);
  }
  return text;
}

LayerView base() {
  LayerView view;
  view.apply(
      {directory("a"), entry("a/f"), directory("a/d"), entry("a/d/g"), entry("a-b"), link_to("l", "a")}, 0);
  return view;
}

}  // namespace

TEST_CASE("layer_view: an empty image is a root directory", "[layer][view]") {
  const LayerView view;
  REQUIRE(view.find("") != nullptr);
  CHECK(view.find("")->type == EntryType::directory);
  CHECK(view.find("")->attributes == Attributes{});
  CHECK(view.find("a") == nullptr);
  CHECK(view.below("").empty());
}

TEST_CASE("layer_view: what is below a path, in order", "[layer][view]") {
  const LayerView view = base();
  CHECK(shown(view) == "a/@0 a/d/@0 a/d/g@0 a/f@0 a-b@0 l@0 ");
  CHECK(view.below("a") == std::vector<std::string>{"a/d", "a/d/g", "a/f"});
  CHECK(view.below("a/f").empty());
  CHECK(view.below("nothing").empty());
}

TEST_CASE("layer_view: directories merge, everything else replaces", "[layer][view]") {
  LayerView view = base();
  SECTION("directory over directory keeps what is in it") {
    view.apply({directory("a", 0700)}, 1);
    CHECK(shown(view) == "a/@1 a/d/@0 a/d/g@0 a/f@0 a-b@0 l@0 ");
    CHECK(view.find("a")->attributes.mode == 0700);
  }
  SECTION("file over directory") {
    view.apply({entry("a")}, 1);
    CHECK(shown(view) == "a@1 a-b@0 l@0 ");
  }
  SECTION("directory over file") {
    view.apply({directory("a-b"), entry("a-b/x")}, 1);
    CHECK(shown(view) == "a/@0 a/d/@0 a/d/g@0 a/f@0 a-b/@1 a-b/x@1 l@0 ");
  }
  SECTION("implied parents") {
    view.apply({entry("x/y/z"), entry("a-b/x")}, 1);
    CHECK(shown(view) == "a/@0 a/d/@0 a/d/g@0 a/f@0 a-b/@1 a-b/x@1 l@0 x/@1 x/y/@1 x/y/z@1 ");
  }
  SECTION("below a link, as overlayfs sees it") {
    view.apply({entry("l/x")}, 1);
    CHECK(view.find("l")->type == EntryType::directory);
  }
  SECTION("the root's attributes") {
    view.apply({directory("", 0700)}, 1);
    CHECK(view.find("")->attributes.mode == 0700);
    CHECK(view.find("a/f") != nullptr);
  }
}

TEST_CASE("layer_view: whiteouts hide lower layers only, wherever they stand", "[layer][view]") {
  LayerView view = base();
  SECTION("whiteout") {
    view.apply({entry("a", EntryType::whiteout), entry("nothing", EntryType::whiteout)}, 1);
    CHECK(shown(view) == "a-b@0 l@0 ");
  }
  SECTION("opaque, after its siblings") {
    view.apply({entry("a/new"), entry("a", EntryType::opaque)}, 1);
    CHECK(shown(view) == "a/@0 a/new@1 a-b@0 l@0 ");
  }
  SECTION("opaque root") {
    view.apply({entry("new"), entry("", EntryType::opaque)}, 1);
    CHECK(shown(view) == "new@1 ");
  }
  SECTION("opaque makes its directory") {
    view.apply({entry("o", EntryType::opaque), entry("a-b", EntryType::opaque)}, 1);
    CHECK(view.find("o")->type == EntryType::directory);
    CHECK(view.find("a-b")->type == EntryType::directory);
  }
}

TEST_CASE("layer_view: a hard link is what it is a name of", "[layer][view]") {
  LayerView view;
  TreeEntry file = entry("f");
  file.attributes.mode = 04755;
  view.apply({file, link_to("h", "f", EntryType::hardlink), link_to("s", "x"),
              link_to("t", "s", EntryType::hardlink)},
             3);
  CHECK(view.find("h")->type == EntryType::file);
  CHECK(view.find("h")->attributes.mode == 04755);
  CHECK(view.find("t")->type == EntryType::symlink);
  CHECK(view.find("t")->link == "x");
}

TEST_CASE("layer_view: marks of overlayfs are no attributes of the image", "[layer][view]") {
  TreeEntry marked = directory("d");
  marked.attributes.xattrs = {{"trusted.overlay.opaque", "y"}, {"user.a", "b"}};
  LayerView view;
  view.apply({marked}, 0);
  CHECK(view.find("d")->attributes.xattrs == std::map<std::string, std::string>{{"user.a", "b"}});
}

TEST_CASE("layer_view: the first parent that is a link", "[layer][view]") {
  LayerView view = base();
  view.apply({link_to("a/d/m", "x")}, 1);
  CHECK_FALSE(view.linked_parent(""));
  CHECK_FALSE(view.linked_parent("l"));
  CHECK_FALSE(view.linked_parent("a/d/g"));
  CHECK_FALSE(view.linked_parent("new/d"));
  CHECK(view.linked_parent("l/x") == "l");
  CHECK(view.linked_parent("l/x/y/z") == "l");
  CHECK(view.linked_parent("a/d/m/y") == "a/d/m");
}
