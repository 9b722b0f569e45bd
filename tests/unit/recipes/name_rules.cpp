#include "recipes/name_rules.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("name_rules: image names", "[recipes][names]") {
  const auto good = GENERATE(as<std::string>{}, "a", "0", "shop/web", "a.b", "a_b", "a__b", "a-b", "a----b",
                             "a/b/c/d", "a.b-c__d/e0");
  CAPTURE(good);
  CHECK_FALSE(image_name_fault(good));
  CHECK_FALSE(image_name_fault(std::string(255, 'a')));
}

TEST_CASE("name_rules: no image names", "[recipes][names]") {
  const auto bad =
      GENERATE(as<std::string>{}, "", "/", "a/", "/a", "a//b", "A", "a/B", "a..b", "a___b", "a._b", "a-_b",
               "-a", "a-", ".a", "a.", "_a", "a:1", "a@b", "a b", "a\n", "é", "../a", "a/../b");
  CAPTURE(bad);
  CHECK(image_name_fault(bad));
  CHECK(image_name_fault(std::string(256, 'a')));
}

TEST_CASE("name_rules: tags", "[recipes][names]") {
  const auto good = GENERATE(as<std::string>{}, "a", "A", "_", "1.0", "latest", "v1.0-rc.1_x");
  CAPTURE(good);
  CHECK_FALSE(tag_fault(good));
  CHECK_FALSE(tag_fault(std::string(128, 'x')));
  CHECK(tag_fault(std::string(129, 'x')));
  const auto bad =
      GENERATE(as<std::string>{}, "", ".a", "-a", "a/b", "a:b", "a b", "a+b", "../../x", "a\n", "é");
  CAPTURE(bad);
  CHECK(tag_fault(bad));
}

TEST_CASE("name_rules: teams, stages and people", "[recipes][names]") {
  const auto good = GENERATE(as<std::string>{}, "a", "0", "team-a", "a.b_c-d", "ops2");
  CAPTURE(good);
  CHECK_FALSE(team_or_stage_fault(good));
  CHECK_FALSE(team_or_stage_fault(std::string(63, 'a')));
  CHECK(team_or_stage_fault(std::string(64, 'a')));
  const auto bad = GENERATE(as<std::string>{}, "", "A", "-a", ".a", "_a", "a b", "a/b", "*", "a\n", "é");
  CAPTURE(bad);
  CHECK(team_or_stage_fault(bad));
  CHECK_FALSE(principal_fault("olga.k+sign@Example.org"));
  CHECK_FALSE(principal_fault(std::string(127, 'x')));
  CHECK(principal_fault(std::string(128, 'x')));
  CHECK(principal_fault("@olga"));
  CHECK(principal_fault("olga k"));
  CHECK(principal_fault(""));
}

TEST_CASE("name_rules: platforms", "[recipes][names]") {
  CHECK_FALSE(platform_fault("linux/amd64"));
  CHECK_FALSE(platform_fault("linux/arm/v7"));
  CHECK(platform_fault("freebsd/amd64"));
  CHECK(platform_fault("linux/aarch64") == "OCI calls this architecture 'arm64'");
  CHECK(platform_fault("linux"));
}

TEST_CASE("name_rules: git revisions", "[recipes][names]") {
  const auto good = GENERATE(as<std::string>{}, "HEAD", "v1.0", "main", "feature/x", "refs/heads/main",
                             "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b", "a-b", "a@b");
  CAPTURE(good);
  CHECK_FALSE(revision_fault(good));
  const auto bad = GENERATE(as<std::string>{}, "", "HEAD~1", "HEAD^", "a..b", "a...b", ":/fix", "HEAD:sub",
                            "HEAD@{1}", "@{yesterday}", "-x", "a b", "a\nb", "a*", "a?", "a[b", "a\\b");
  CAPTURE(bad);
  CHECK(revision_fault(bad));
  CHECK(revision_fault(std::string(256, 'a')));
}

TEST_CASE("name_rules: references and digests", "[recipes][names]") {
  const std::string hex(64, 'a');
  CHECK_FALSE(layout_ref_fault("sha256:" + hex));
  CHECK_FALSE(layout_ref_fault("docker.io/library/debian:12"));
  CHECK(layout_ref_fault("sha256:" + hex.substr(1)));
  CHECK(layout_ref_fault(""));
  CHECK(layout_ref_fault("a b"));
  CHECK(layout_ref_fault(std::string(256, 'a')));
  CHECK_FALSE(sha256_fault(hex));
  CHECK(sha256_fault(hex + "a"));
  CHECK(sha256_fault(std::string(64, 'A')));
  CHECK(sha256_fault("sha256:" + hex));
}
