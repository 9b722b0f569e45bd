#include "composer/run/launch.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

ImageConfig image() {
  ImageConfig config;
  config.run.entrypoint = {"/bin/start"};
  config.run.cmd = {"serve"};
  config.run.workdir = "/srv";
  config.run.user = "10001:10002";
  config.env_list = {"PATH=/bin", "A=1"};
  return config;
}

}  // namespace

TEST_CASE("launch: entrypoint and cmd, or the caller's command alone", "[composer][launch]") {
  CHECK(plan_launch(image(), {}, {"/layer"}, {}).plan.argv ==
        std::vector<std::string>{"/bin/start", "serve"});
  LaunchWishes wishes;
  wishes.argv = {"/bin/true"};
  const RunPlan plan = plan_launch(image(), {}, {"/layer"}, wishes).plan;
  CHECK(plan.argv == wishes.argv);
  CHECK(plan.uid == 10001);
  CHECK(plan.gid == 10002);
  CHECK(plan.workdir == "/srv");
  ImageConfig empty;
  CHECK_THROWS_WITH(plan_launch(empty, {}, {"/layer"}, {}), Contains("no entrypoint"));
}

TEST_CASE("launch: the environment is the image's and the caller's wishes, nothing else",
          "[composer][launch]") {
  LaunchWishes wishes;
  wishes.env = {"A=2", "B=x=y", "C="};
  const RunPlan plan = plan_launch(image(), {}, {"/layer"}, wishes).plan;
  CHECK(plan.env == std::vector<std::string>{"PATH=/bin", "A=2", "B=x=y", "C=", "HOME=/"});
  for (const std::string bad : {"", "novalue", "=x"}) {
    wishes.env = {bad};
    CHECK_THROWS_AS(plan_launch(image(), {}, {"/layer"}, wishes), Error);
  }
}

TEST_CASE("launch: what is mounted, and what is told", "[composer][launch]") {
  const std::vector<Mount> declared = {{MountKind::config, "/etc/shop"}, {MountKind::data, "/var/lib/shop"}};
  const Launch bare = plan_launch(image(), declared, {"/layer"}, {});
  REQUIRE(bare.plan.mounts.size() == 2);
  CHECK(bare.plan.mounts[0].kind == RunMount::Kind::empty_read_only);
  CHECK(bare.plan.mounts[1].kind == RunMount::Kind::tmpfs);
  REQUIRE(bare.notices.size() == 1);
  CHECK_THAT(bare.notices[0], Contains("'/etc/shop' is not supplied"));

  LaunchWishes wishes;
  wishes.mounts = {{"/host/conf", "/etc/shop", false}, {"/host/data", "/var/lib/shop", false}};
  const Launch supplied = plan_launch(image(), declared, {"/layer"}, wishes);
  REQUIRE(supplied.plan.mounts.size() == 2);
  CHECK(supplied.plan.mounts[0].read_only);  // configuration is read-only, whatever was asked
  CHECK_FALSE(supplied.plan.mounts[1].read_only);
  CHECK(supplied.notices.empty());
}

TEST_CASE("launch: SRC:DST[:ro]", "[composer][launch]") {
  const auto mount = SuppliedMount::parse("/tmp:/data:ro");
  CHECK(mount.source == "/tmp");
  CHECK(mount.target == "/data");
  CHECK(mount.read_only);
  CHECK_FALSE(SuppliedMount::parse("/tmp:/data").read_only);
  CHECK_FALSE(SuppliedMount::parse("/tmp:/data:rw").read_only);
  for (const std::string bad : {"", "/tmp", ":/data", "/tmp:", "/tmp:data", "/tmp:/../etc", "/tmp:/",
                                "/tmp:/a//b", "/nosuch:/data"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(SuppliedMount::parse(bad), Error);
  }
}
