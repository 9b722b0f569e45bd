#include "composer/layer/remove_tree.hpp"

#include <catch2/catch.hpp>

#include "signer/unique_fd.hpp"
#include "tests/unit/layer/disk.hpp"

using namespace compose;
using namespace compose::test;

TEST_CASE("remove_tree: nothing there is fine", "[layer][disk]") {
  const ScratchFolder scratch;
  CHECK_NOTHROW(remove_tree(scratch / "absent"));
  CHECK_NOTHROW(remove_tree(scratch / "absent/deeper"));
}

TEST_CASE("remove_tree: files, folders and links, never what links point to", "[layer][disk][hostile]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "keep/d");
  put_file(scratch / "keep/f", "safe");
  fs::create_directories(scratch / "t/a/b");
  put_file(scratch / "t/a/f", "x");
  fs::create_symlink(scratch / "keep", scratch / "t/a/out");
  fs::create_symlink("../keep/f", scratch / "t/file");
  remove_tree(scratch / "t/");
  CHECK(listing(scratch.path()) == "keep/ keep/d/ keep/f=safe ");
  fs::create_directory_symlink("keep", scratch / "link");
  remove_tree(scratch / "link");
  CHECK(listing(scratch.path()) == "keep/ keep/d/ keep/f=safe ");
}

TEST_CASE("remove_tree: modes protect nothing", "[layer][disk]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "t/closed/deeper");
  put_file(scratch / "t/closed/f", "x");
  put_file(scratch / "t/closed/deeper/f", "x");
  ::chmod((scratch / "t/closed/deeper").c_str(), 0);
  ::chmod((scratch / "t/closed").c_str(), 0500);
  ::chmod((scratch / "t").c_str(), 0);
  remove_tree(scratch / "t");
  CHECK(listing(scratch.path()).empty());
}

TEST_CASE("remove_tree: deeper than paths and open files can be", "[layer][disk][hostile]") {
  const ScratchFolder scratch;
  fs::create_directory(scratch / "t");
  UniqueFd at(::open((scratch / "t").c_str(), O_PATH | O_DIRECTORY));
  for (int i = 0; i < 1500; ++i) {
    REQUIRE(::mkdirat(at.get(), "deep", 0755) == 0);
    REQUIRE(::symlinkat("deep", at.get(), "link") == 0);
    if (i % 100 == 0) REQUIRE(::mkdirat(at.get(), ".moved-up-0", i == 0 ? 0 : 0755) == 0);
    at = UniqueFd(::openat(at.get(), "deep", O_PATH | O_DIRECTORY));
  }
  remove_tree(scratch / "t");
  CHECK(listing(scratch.path()).empty());
}
