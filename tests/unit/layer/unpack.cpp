#include "composer/layer/unpack.hpp"

#include <catch2/catch.hpp>

#include <sys/xattr.h>

#include "signer/error.hpp"
#include "tests/unit/layer/disk.hpp"
#include "tests/unit/layer/raw_tar.hpp"
#include "tests/unit/layer/trees.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

const UnpackOptions overlay = {.whiteouts = WhiteoutForm::overlay, .owners = false};

std::string xattr_of(const fs::path& path, const char* name) {
  char value[64];
  const ssize_t size = ::lgetxattr(path.c_str(), name, value, sizeof value);
  return size < 0 ? "none" : std::string(value, static_cast<std::size_t>(size));
}

std::string layer(const TreeMaker& maker) { return tar_of(maker.normalised()); }

}  // namespace

TEST_CASE("unpack: files, folders, links with modes and times, whatever the umask", "[layer][unpack]") {
  const ScratchFolder scratch;
  TreeEntry program = entry("bin/program");
  program.attributes.mode = 04755;
  program.mtime = 1234567890;
  TreeEntry labelled = entry("labelled");
  labelled.attributes.xattrs = {{"user.a", "b"}};
  TreeMaker maker;
  maker.add(directory("bin", 0555)).file(program, "x").file(labelled, std::string(5000, 'y'));
  maker.add(link_to("bin/again", "bin/program", EntryType::hardlink)).add(link_to("link", "/etc/passwd"));
  maker.add(directory("secret", 0))
      .add(directory("tmp", 01777))
      .add(entry("empty"))
      .add(entry("pipe", EntryType::fifo));
  maker.file("secret/f", "hidden").add(directory("secret/d", 0111)).add(entry("secret/d/g"));
  const mode_t umask_before = ::umask(GENERATE(0u, 022u, 077u));
  const UnpackSummary summary = unpack(layer(maker), scratch / "root");
  ::umask(umask_before);
  CHECK(summary.entries == 12);
  CHECK(summary.skipped_devices == 0);
  CHECK(mode_of(scratch / "root") == 0755);
  CHECK(mode_of(scratch / "root/bin") == 0555);
  CHECK(mode_of(scratch / "root/bin/program") == 04755);
  CHECK(status_of(scratch / "root/bin/program").st_mtime == 1234567890);
  CHECK(status_of(scratch / "root/bin/program").st_nlink == 2);
  CHECK(status_of(scratch / "root/bin").st_mtime == 1767225600);
  CHECK(status_of(scratch / "root/link").st_mtime == 1767225600);
  CHECK(mode_of(scratch / "root/tmp") == 01777);
  CHECK(mode_of(scratch / "root/secret") == 0);
  CHECK(S_ISFIFO(status_of(scratch / "root/pipe").st_mode));
  CHECK(xattr_of(scratch / "root/labelled", "user.a") == "b");
  CHECK(fs::file_size(scratch / "root/labelled") == 5000);
  ::chmod((scratch / "root/secret").c_str(), 0700);
  CHECK(mode_of(scratch / "root/secret/d") == 0111);
}

TEST_CASE("unpack: layer over layer", "[layer][unpack]") {
  const ScratchFolder scratch;
  const fs::path root = scratch / "root";
  TreeEntry labelled = directory("a", 0555);
  labelled.attributes.xattrs = {{"user.old", "x"}};
  unpack(layer(TreeMaker()
                   .add(labelled)
                   .file("a/f", "1")
                   .file("a/g", "1")
                   .add(directory("a/d", 0500))
                   .file("a/d/h", "1")),
         root);
  REQUIRE(xattr_of(root / "a", "user.old") == "x");
  SECTION("directories merge, files are made anew") {
    const ino_t inode = status_of(root / "a/f").st_ino;
    fs::create_hard_link(root / "a/f", scratch / "other-name");
    unpack(layer(TreeMaker().add(directory("a", 0750)).file("a/f", "2").file("a/new", "2")), root);
    CHECK(listing(root) == "a/ a/d/ a/d/h=1 a/f=2 a/g=1 a/new=2 ");
    CHECK(read_file(scratch / "other-name", 10) == "1");
    CHECK(status_of(root / "a/f").st_ino != inode);
    CHECK(mode_of(root / "a") == 0750);
    CHECK(xattr_of(root / "a", "user.old") == "none");
  }
  SECTION("a folder that the layer does not name keeps its mode") {
    unpack(raw_file("a/d/new", "2") + end_marker, root);
    CHECK(listing(root) == "a/ a/d/ a/d/h=1 a/d/new=2 a/f=1 a/g=1 ");
    CHECK(mode_of(root / "a") == 0555);
    CHECK(mode_of(root / "a/d") == 0500);
  }
  SECTION("types replace each other") {
    unpack(layer(TreeMaker()
                     .add(directory("a"))
                     .file("a/d", "now a file")
                     .add(directory("a/f"))
                     .add(link_to("a/g", "f"))),
           root);
    CHECK(listing(root) == "a/ a/d=now a file a/f/ a/g->f ");
    unpack(layer(TreeMaker().add(link_to("a", "b"))), root);
    CHECK(listing(root) == "a->b ");
  }
  SECTION("whiteouts") {
    unpack(layer(TreeMaker()
                     .add(directory("a"))
                     .add(entry("a/d", EntryType::whiteout))
                     .add(entry("a/f", EntryType::whiteout))),
           root);
    CHECK(listing(root) == "a/ a/g=1 ");
    unpack(raw_file(".wh.a") + raw_file(".wh.nothing") + raw_file("no/folder/.wh.x") + end_marker, root);
    CHECK(listing(root).empty());
  }
  SECTION("an opaque marker hides lower layers only, wherever it stands") {
    unpack(raw_dir("a/") + raw_dir("a/d/") + raw_file("a/d/new", "2") + raw_file("a/g", "2") +
               raw_file("a/.wh..wh..opq") + raw_file("a/late", "2") + end_marker,
           root);
    CHECK(listing(root) == "a/ a/d/ a/d/new=2 a/g=2 a/late=2 ");
  }
  SECTION("an opaque root") {
    unpack(raw_file("new", "2") + raw_file(".wh..wh..opq") + end_marker, root);
    CHECK(listing(root) == "new=2 ");
  }
}

TEST_CASE("unpack: a merged /usr: parents that are links are followed inside", "[layer][unpack]") {
  const ScratchFolder scratch;
  const fs::path root = scratch / "root";
  unpack(layer(TreeMaker().add(directory("usr")).add(directory("usr/bin")).add(link_to("bin", "usr/bin"))),
         root);
  SECTION("apply") {
    unpack(raw_file("bin/tool", "1") + raw_link("bin/other", "bin/tool", '1') + end_marker, root);
    CHECK(listing(root) == "bin->usr/bin usr/ usr/bin/ usr/bin/other=1 usr/bin/tool=1 ");
    unpack(raw_file("bin/.wh.tool") + end_marker, root);
    CHECK(listing(root) == "bin->usr/bin usr/ usr/bin/ usr/bin/other=1 ");
    unpack(raw_file("bin/.wh..wh..opq") + end_marker, root);
    CHECK(listing(root) == "bin->usr/bin usr/ usr/bin/ ");
  }
  SECTION("a directory takes the place of the link") {
    unpack(raw_dir("bin/") + raw_file("bin/tool", "1") + end_marker, root);
    CHECK(listing(root) == "bin/ bin/tool=1 usr/ usr/bin/ ");
  }
  SECTION("overlay: the layer is alone") {
    unpack(raw_file("bin/tool", "1") + end_marker, scratch / "alone", overlay);
    CHECK(listing(scratch / "alone") == "bin/ bin/tool=1 ");
  }
}

TEST_CASE("unpack: nothing is written outside", "[layer][unpack][hostile]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "outside/etc");
  put_file(scratch / "outside/etc/passwd", "root");
  put_file(scratch / "outside/victim", "safe");
  fs::create_directory(scratch / "root");
  const std::string host = (scratch / "outside").string();
  const std::string before = listing(scratch / "outside");
  const auto tar = GENERATE_COPY(values<std::string>({
      raw_link("d", host) + raw_file("d/victim", "evil"),
      raw_link("d", "../outside") + raw_file("d/victim", "evil"),
      raw_link("d", "../../../../../../../.." + host) + raw_file("d/victim", "evil"),
      raw_link("a", "b") + raw_link("b", "c") + raw_link("c", "../outside") +
          raw_file("a/etc/passwd", "evil"),
      raw_link("up", "..") + raw_link("up2", "up/..") + raw_file("up2/outside/victim", "evil"),
      raw_link("victim", host + "/victim") + raw_link("h", "victim", '1') + raw_file("x"),
      raw_link("d", host) + raw_file("d/.wh.victim"),
      raw_link("d", host) + raw_file("d/.wh..wh..opq"),
      raw_link("d", host) + raw_dir("d/etc/") + raw_dir("d/new/"),
      raw_link("d", host) + raw_link("d/etc/l", "x"),
      raw_link("d", "/proc/self/cwd") + raw_file("d/f"),
      raw_link("d", "/proc/1/root") + raw_file("d/f"),
      raw_dir("x/") + raw_link("x/y", host) + raw_file("x/y/etc/passwd", "evil"),
  }));
  for (const UnpackOptions& options : {UnpackOptions{}, overlay}) {
    CAPTURE(tar.substr(0, 100));
    try {
      unpack(tar + end_marker, scratch / "root", options);
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::verdict);
    }
    CHECK(listing(scratch / "outside") == before);
    remove_tree(scratch / "root");
  }
}

TEST_CASE("unpack: links of an earlier layer lead nowhere else", "[layer][unpack][hostile]") {
  const ScratchFolder scratch;
  fs::create_directory(scratch / "outside");
  put_file(scratch / "outside/victim", "safe");
  const fs::path root = scratch / "root";
  const std::string host = (scratch / "outside").string();
  unpack(raw_link("d", host) + raw_link("f", host + "/victim") + raw_link("root", "/") + end_marker, root);
  unpack(raw_file("f", "new") + raw_file("d/victim", "new") + raw_file("root/top", "new") + end_marker, root);
  CHECK(listing(scratch / "outside") == "victim=safe ");
  CHECK(read_file(root / "f", 10) == "new");
  CHECK(read_file(root / "top", 10) == "new");
  CHECK(read_file(root / fs::path(host).relative_path() / "victim", 10) == "new");
}

TEST_CASE("unpack: circles of links are the layer's fault", "[layer][unpack][hostile]") {
  const ScratchFolder scratch;
  try {
    unpack(raw_link("a", "b") + raw_link("b", "a") + raw_file("a/f") + end_marker, scratch / "root");
    FAIL("unpacked");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::verdict);
    CHECK_THAT(error.what(), Contains("entry 'a/f': ") && Contains("symbolic links"));
  }
}

TEST_CASE("unpack: broken layers are refused", "[layer][unpack][hostile]") {
  const ScratchFolder scratch;
  const auto refused = [&](const std::string& tar, const std::string& why) {
    CHECK_THROWS_WITH(unpack(tar, scratch / "root"), Contains(why));
  };
  refused(raw_file("../x") + end_marker, "'..' in the path");
  refused(raw_file("a") + raw_file("a") + end_marker, "there twice");
  refused(raw_file("a"), "end marker");
  refused(raw_file("a", "text").substr(0, 700), "ends in the middle");
  refused("", "end marker");
  refused(raw_link("h", "nothing", '1') + end_marker, "not in the layer");
}

TEST_CASE("unpack: the overlay form", "[layer][unpack]") {
  const ScratchFolder scratch;
  const fs::path root = scratch / "root";
  TreeEntry labelled = entry("d/f");
  labelled.attributes.xattrs = {{"user.a", "b"}};
  TreeMaker maker;
  maker.add(directory("d", 0500))
      .add(entry("d", EntryType::opaque))
      .file(labelled, "1")
      .add(entry("w", EntryType::whiteout));
  maker.add(entry("d/x", EntryType::whiteout));
  const UnpackSummary summary = unpack(layer(maker), root, overlay);
  CHECK(listing(root) == "d/ d/f=1 d/x:c0:0 w:c0:0 ");
  CHECK(xattr_of(root / "d", "user.overlay.opaque") == "y");
  CHECK(xattr_of(root / "d/f", "user.a") == "b");
  CHECK(mode_of(root / "d") == 0500);
  CHECK_FALSE(summary.opaque_root);
  CHECK(unpack(raw_file(".wh..wh..opq") + end_marker, scratch / "other", overlay).opaque_root);
}

TEST_CASE("unpack: nothing of overlayfs comes from a layer", "[layer][unpack][hostile]") {
  const ScratchFolder scratch;
  const UnpackOptions all = {.whiteouts = WhiteoutForm::overlay, .owners = ::geteuid() == 0};
  Raw device;
  device.name = "d/passwd", device.type = '3';
  const UnpackSummary summary = unpack(raw_pax("SCHILY.xattr.user.overlay.opaque", "y") + raw_dir("d/") +
                                           raw_pax("SCHILY.xattr.user.overlay.redirect", "/etc") +
                                           raw_dir("e/") + device.str() + end_marker,
                                       scratch / "root", all);
  CHECK(listing(scratch / "root") == "d/ e/ ");
  CHECK(xattr_of(scratch / "root/d", "user.overlay.opaque") == "none");
  CHECK(xattr_of(scratch / "root/e", "user.overlay.redirect") == "none");
  CHECK(summary.skipped_xattrs == 2);
  CHECK(summary.skipped_devices == 1);
}

TEST_CASE("unpack: devices of an ordinary user are skipped and counted", "[layer][unpack]") {
  const ScratchFolder scratch;
  Raw device;
  device.name = "null", device.type = '3', device.major = "0000001", device.minor = "0000003";
  put_file(scratch / "null", "of a lower layer");
  const std::string tar = device.str() + raw_link("again", "null", '1') + raw_file("f", "x") + end_marker;
  const UnpackSummary summary = unpack(tar, scratch.path());
  CHECK(summary.skipped_devices == 2);
  CHECK(listing(scratch.path()) == "f=x ");
}

TEST_CASE("unpack: owners and devices as root", "[layer][unpack][root]") {
  if (::geteuid() != 0) {
    WARN("skipped: needs root");
    return;
  }
  const ScratchFolder scratch;
  TreeEntry owned = entry("d/f");
  owned.attributes = {.mode = 06711, .uid = 1234, .gid = 5678, .xattrs = {}};
  TreeEntry folder = directory("d", 02770);
  folder.attributes.uid = 99;
  TreeEntry link = link_to("d/l", "f");
  link.attributes.gid = 77;
  TreeEntry null = entry("null", EntryType::char_device);
  null.device_major = 1, null.device_minor = 3;
  TreeMaker maker;
  maker.add(folder).file(owned, "x").add(link).add(null);
  const UnpackSummary summary =
      unpack(layer(maker), scratch / "root", {.whiteouts = WhiteoutForm::apply, .owners = true});
  CHECK(mode_of(scratch / "root/d/f") == 06711);
  CHECK(status_of(scratch / "root/d/f").st_uid == 1234);
  CHECK(status_of(scratch / "root/d/f").st_gid == 5678);
  CHECK(status_of(scratch / "root/d").st_uid == 99);
  CHECK(mode_of(scratch / "root/d") == 02770);
  CHECK(status_of(scratch / "root/d/l").st_gid == 77);
  if (summary.skipped_devices == 0) CHECK(listing(scratch / "root") == "d/ d/f=x d/l->f null:c1:3 ");
}

TEST_CASE("unpack: the root's own attributes", "[layer][unpack]") {
  const ScratchFolder scratch;
  unpack(layer(TreeMaker().add(directory("", 0711)).add(entry("f"))), scratch / "made");
  CHECK(mode_of(scratch / "made") == 0711);
  fs::create_directory(scratch / "there");
  ::chmod((scratch / "there").c_str(), 0750);
  unpack(layer(TreeMaker().add(entry("f"))), scratch / "there");
  CHECK(mode_of(scratch / "there") == 0750);
}

TEST_CASE("unpack: aliases of one place do not confuse it", "[layer][unpack][hostile]") {
  const ScratchFolder scratch;
  const fs::path root = scratch / "root";
  // The same folder by two names, a folder replaced by a link through an alias, a link to itself.
  unpack(raw_link("x", ".") + raw_dir("d/") + raw_dir("x/d/") + raw_file("d/f", "1") +
             raw_file("x/d/f", "2") + raw_dir("e/") + raw_file("e/f", "3") + raw_link("x/e", "/d") +
             raw_file("e/g", "4") + end_marker,
         root);
  CHECK(listing(root) == "d/ d/f=2 d/g=4 e->/d x->. ");
  CHECK_THROWS_WITH(unpack(raw_link("y", ".") + raw_file("a") + raw_link("y/a", "a", '1') + end_marker, root),
                    Contains("entry 'y/a'"));
}
