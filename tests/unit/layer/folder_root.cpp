#include "composer/layer/folder_root.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/unit/layer/disk.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;
using Missing = FolderRoot::Missing;

namespace {

// Where an open folder is, relative to `base`.
std::string place_of(const UniqueFd& fd, const fs::path& base) {
  if (!fd) return "none";
  return fs::read_symlink(fd_path(fd.get())).lexically_relative(fs::canonical(base)).string();
}

}  // namespace

TEST_CASE("folder_root: links are resolved inside, by the kernel and by hand", "[layer][disk][hostile]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "outside/etc");
  const fs::path root = scratch / "root";
  fs::create_directories(root / "usr/bin");
  fs::create_directories(root / "etc");
  fs::create_directories(root / "a/b");
  put_file(root / "file", "x");
  fs::create_symlink("usr/bin", root / "bin");
  fs::create_symlink("/etc", root / "absolute");
  fs::create_symlink("../../../../outside", root / "climbs");
  fs::create_symlink("../outside/etc", root / "sideways");
  fs::create_symlink((scratch / "outside").string(), root / "host");
  fs::create_symlink("up/../../..", root / "a/chain");
  fs::create_symlink("..", root / "a/up");
  fs::create_symlink("loop2", root / "loop1");
  fs::create_symlink("loop1", root / "loop2");
  fs::create_symlink("self/x", root / "self");
  fs::create_symlink("new/made", root / "dangling");
  FolderRoot folder(root);
  const bool by_hand = GENERATE(false, true);
  if (by_hand) folder.avoid_openat2();
  const auto at = [&](std::string_view path) {
    return place_of(folder.open_folder(path, Missing::leave), root);
  };
  CHECK(at("") == ".");
  CHECK(at("usr/bin") == "usr/bin");
  CHECK(at("bin") == "usr/bin");
  CHECK(at("absolute") == "etc");
  CHECK(at("absolute/../a/b") == "a/b");
  CHECK(at("a/up/a/up/etc") == "etc");
  CHECK(at("a/chain") == ".");
  CHECK(at("../../..") == ".");
  CHECK(at("climbs") == "none");
  CHECK(at("sideways") == "none");
  CHECK(at("host") == "none");
  CHECK(at("host/etc") == "none");
  CHECK(at("file") == "none");
  CHECK(at("file/x") == "none");
  CHECK(at("absent/x") == "none");
  CHECK_THROWS_WITH(at("loop1"), Contains("symbolic links"));
  CHECK_THROWS_WITH(at("self"), Contains("symbolic links"));
  CHECK_THROWS_WITH(folder.open_folder("loop2/x", Missing::make), Contains("symbolic links"));
}

TEST_CASE("folder_root: missing folders are made inside", "[layer][disk][hostile]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "outside");
  const fs::path root = scratch / "root";
  const mode_t umask_before = ::umask(077);
  FolderRoot folder(root);
  CHECK(folder.was_made());
  const bool by_hand = GENERATE(false, true);
  if (by_hand) folder.avoid_openat2();
  fs::create_symlink("../../outside/x", root / "climbs");
  fs::create_symlink((scratch / "outside").string(), root / "host");
  put_file(root / "file", "x");
  for (const char* path : {"a/b/c", "climbs/y", "host/z", "file/d"}) {
    CHECK(folder.open_folder(path, Missing::make));
  }
  ::umask(umask_before);
  CHECK(listing(scratch / "outside").empty());
  CHECK(fs::is_directory(root / "outside/x/y"));
  CHECK(fs::is_directory(root / scratch.path().relative_path() / "outside/z"));
  CHECK(fs::is_directory(root / "file/d"));
  CHECK(mode_of(root / "a/b") == 0755);
}

TEST_CASE("folder_root: closed folders are opened, and closed again", "[layer][disk]") {
  const ScratchFolder scratch;
  fs::create_directories(scratch / "root/a/b/c");
  for (const char* path : {"root/a/b/c", "root/a/b", "root/a", "root"})
    ::chmod((scratch / path).c_str(), 0500);
  ::chmod((scratch / "root/a/b").c_str(), 0);
  {
    FolderRoot folder(scratch / "root");
    const UniqueFd c = folder.open_folder("a/b/c", Missing::make);
    REQUIRE(c);
    CHECK(::mkdirat(c.get(), "d", 0700) == 0);
    CHECK(mode_of(scratch / "root/a/b/c") == 0700);
    folder.restore_modes();
  }
  CHECK(mode_of(scratch / "root") == 0500);
  CHECK(mode_of(scratch / "root/a") == 0500);
  ::chmod((scratch / "root").c_str(), 0700);
  CHECK(mode_of(scratch / "root/a/b") == 0);
  ::chmod((scratch / "root/a/b").c_str(), 0700);
  CHECK(mode_of(scratch / "root/a/b/c") == 0500);
  CHECK(fs::exists(scratch / "root/a/b/c/d"));
}
