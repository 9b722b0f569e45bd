#include "recipes/path_rules.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("path_rules: places in the image", "[recipes][paths]") {
  const auto good =
      GENERATE(as<std::string>{}, "/", "/a", "/a/b", "/...", "/a/.b", "/a b", "/*", "/é", "/.whx");
  CAPTURE(good);
  CHECK_FALSE(image_path_fault(good));
  CHECK_FALSE(image_path_fault("/" + std::string(255, 'a')));
}

TEST_CASE("path_rules: no places in the image", "[recipes][paths]") {
  const auto bad = GENERATE(as<std::string>{}, "", "a", "./a", "//", "//a", "/a/", "/a//b", "/.", "/..",
                            "/../a", "/a/..", "/a/./b", "/.wh.a", "/.wh..wh..opq/a", std::string("/a\0b", 4));
  CAPTURE(bad);
  CHECK(image_path_fault(bad));
  CHECK(image_path_fault("/" + std::string(256, 'a')));
  std::string deep;
  for (int i = 0; i < 3000; ++i) deep += "/a";
  CHECK(image_path_fault(deep));
}

TEST_CASE("path_rules: removals and mounts are below the root", "[recipes][paths]") {
  CHECK(below_root_fault("/"));
  CHECK_FALSE(below_root_fault("/*"));
  CHECK(mount_path_fault("/"));
  CHECK(mount_path_fault("/proc"));
  CHECK(mount_path_fault("/dev/shm"));
  CHECK_FALSE(mount_path_fault("/processed"));
  CHECK_FALSE(mount_path_fault("/var/lib/shop"));
}

TEST_CASE("path_rules: paths inside of a source are relative", "[recipes][paths]") {
  CHECK_FALSE(inner_path_fault("a"));
  CHECK_FALSE(inner_path_fault("a/b"));
  const auto bad = GENERATE(as<std::string>{}, "", "/a", ".", "..", "../a", "a/..", "a/", "a//b", "./a",
                            ".wh.a", "a/.wh..wh..opq");
  CAPTURE(bad);
  CHECK(inner_path_fault(bad));
}

TEST_CASE("path_rules: paths of this machine are anchored at the recipe", "[recipes][paths]") {
  const auto [written, meant] = GENERATE(table<std::string, std::string>({{"a", "/r/a"},
                                                                          {"./a", "/r/a"},
                                                                          {"a/", "/r/a"},
                                                                          {"a//b/./c", "/r/a/b/c"},
                                                                          {".", "/r"},
                                                                          {"/", "/"},
                                                                          {"/x/", "/x"},
                                                                          {"../a", "/r/../a"},
                                                                          {"../a/", "/r/../a"}}));
  CHECK(anchored("/r", written).string() == meant);
}

TEST_CASE("path_rules: what is no path on this machine", "[recipes][paths]") {
  CHECK(host_path_fault(""));
  CHECK(host_path_fault(std::string("a\0b", 3)));
  CHECK(host_path_fault(std::string(5000, 'a')));
  CHECK_FALSE(host_path_fault("../a"));
}

TEST_CASE("path_rules: URLs of git", "[recipes][paths]") {
  const auto url = GENERATE(as<std::string>{}, "https://example.com/x.git", "ssh://git@host/x", "file:///x",
                            "git@example.com:shop/web.git", "user@host:path");
  CAPTURE(url);
  CHECK(is_git_url(url));
  const auto path = GENERATE(as<std::string>{}, "app", "../app", "/srv/app", "a/b@c:d", "host:path",
                             "@host:path", "://x", "a b://x", "x@y");
  CAPTURE(path);
  CHECK_FALSE(is_git_url(path));
}
