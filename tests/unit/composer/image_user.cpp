#include "composer/run/image_user.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "signer/error.hpp"
#include "signer/temporary_folder.hpp"

using namespace compose;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

const std::string passwd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "postgres:x:999:998:db:/var/lib/postgresql:/bin/sh\n"
    "broken\n"
    "huge:x:4294967295:0:::\n";
const std::string group = "root:x:0:\npostgres:x:998:\nssl:x:101:www,postgres\nadm:x:4:other\n";

}  // namespace

TEST_CASE("image_user: every form of config.md", "[composer][user]") {
  struct Case {
    std::string user;
    std::uint32_t uid;
    std::uint32_t gid;
    std::vector<std::uint32_t> groups;
  };
  const auto given = GENERATE(values<Case>({{"", 0, 0, {}},
                                            {"0", 0, 0, {}},
                                            {"root", 0, 0, {}},
                                            {"postgres", 999, 998, {101}},
                                            {"999", 999, 998, {101}},
                                            {"postgres:root", 999, 0, {}},
                                            {"postgres:101", 999, 101, {}},
                                            {"10001", 10001, 0, {}},
                                            {"10001:10002", 10001, 10002, {}},
                                            {"10001:ssl", 10001, 101, {}}}));
  CAPTURE(given.user);
  const ImageUser user = resolve_user(given.user, passwd, group);
  CHECK(user.uid == given.uid);
  CHECK(user.gid == given.gid);
  CHECK(user.groups == given.groups);
}

TEST_CASE("image_user: who is not there is named", "[composer][user]") {
  CHECK_THROWS_WITH(resolve_user("nobody", passwd, group), Contains("user 'nobody' is not in the image's"));
  CHECK_THROWS_WITH(resolve_user("0:nogroup", passwd, group), Contains("group 'nogroup'"));
  CHECK_THROWS_WITH(resolve_user("huge", passwd, group), Contains("'huge'"));
  CHECK_THROWS_AS(resolve_user("4294967295", passwd, group), Error);
  CHECK_THROWS_WITH(resolve_user("\x1b[31m", passwd, group), Contains("\\x1b"));
  CHECK_THROWS_AS(resolve_user("root", "", ""), Error);
}

TEST_CASE("image_user: the topmost layer decides, and links stay inside", "[composer][user]") {
  const TemporaryFolder work("compose-unit");
  const fs::path low = work.path() / "low";
  const fs::path high = work.path() / "high";
  fs::create_directories(low / "etc");
  fs::create_directories(high);
  std::ofstream(low / "etc/passwd") << "low";
  CHECK(read_image_file({low, high}, "etc/passwd") == "low");
  fs::create_directories(high / "etc");
  CHECK(read_image_file({low, high}, "etc/passwd") == "low");
  std::ofstream(high / "etc/passwd") << "high";
  CHECK(read_image_file({low, high}, "etc/passwd") == "high");
  CHECK(read_image_file({low, high}, "etc/nosuch").empty());

  std::ofstream(work.path() / "secret") << "outside";
  fs::remove(high / "etc/passwd");
  fs::create_symlink("../../secret", high / "etc/passwd");
  CHECK(read_image_file({high}, "etc/passwd").empty());
  fs::remove(high / "etc/passwd");
  fs::create_symlink(work.path() / "secret", high / "etc/passwd");
  CHECK(read_image_file({high}, "etc/passwd").empty());
}

TEST_CASE("image_user: a file of a gigabyte is not read", "[composer][user]") {
  const TemporaryFolder work("compose-unit");
  std::ofstream(work.path() / "passwd") << "x";
  fs::resize_file(work.path() / "passwd", 1u << 30);
  CHECK_THROWS_WITH(read_image_file({work.path()}, "passwd"), Contains("larger than"));
}
