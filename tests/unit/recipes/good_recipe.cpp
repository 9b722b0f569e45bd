#include <catch2/catch.hpp>

#include "golden_recipe.hpp"
#include "recipes/parse_recipe.hpp"

using namespace compose;

namespace {

const std::string minimal = R"(schema = 1
[image]
name = "a"
tag = "t"
[team.x]
key = "x.asc"
[[stage]]
name = "s"
team = "x"
from = { dir = "d" }
[seal]
team = "x"
)";

Recipe parse(const std::string& text) { return parse_recipe(text, "/home/shop/recipe.toml"); }

Source source(const std::string& from) {
  return parse(edited(minimal, "{ dir = \"d\" }", from)).stages[0].from;
}

}  // namespace

TEST_CASE("parse_recipe: the image and its teams", "[recipes][recipe]") {
  const Recipe recipe = parse(golden_text("recipe.toml"));
  CHECK(recipe.file == "/home/shop/recipe.toml");
  CHECK(recipe.folder == "/home/shop");
  CHECK(recipe.name == "shop/web");
  CHECK(recipe.tag == "1.0");
  CHECK(recipe.platform.str() == "linux/amd64");
  CHECK(recipe.epoch == 1767225600);
  CHECK(recipe.compression == Compression::zstd);
  CHECK(recipe.seal_team == "release");
  REQUIRE(recipe.teams.size() == 4);
  const Team& runtime = recipe.teams.at("runtime");
  CHECK(runtime.name == "runtime");
  CHECK(runtime.key == "/home/shop/keys/runtime.asc");
  CHECK(runtime.may_write == std::vector<std::string>{"/opt/runtime/**"});
  CHECK(runtime.position.str() == "/home/shop/recipe.toml:13:1");
  CHECK(recipe.teams.at("release").may_write == std::vector<std::string>{"/**"});
}

TEST_CASE("parse_recipe: the stages in order", "[recipes][recipe]") {
  const Recipe recipe = parse(golden_text("recipe.toml"));
  REQUIRE(recipe.stages.size() == 3);
  const Stage& base = recipe.stages[0];
  CHECK(base.name == "base");
  CHECK(base.team == "ops");
  CHECK(std::get<ArchiveSource>(base.from).path == "/home/shop/rootfs.tar");
  CHECK(std::get<ArchiveSource>(base.from).sha256 == sha256("test"));
  CHECK(base.to == "/");
  CHECK_FALSE(base.owner);
  CHECK(base.position.line == 22);
  CHECK(base.from_position.str() == "/home/shop/recipe.toml:25:8");
  const Stage& runtime = recipe.stages[1];
  CHECK(std::get<DirSource>(runtime.from).path == "/home/shop/runtime");
  CHECK(runtime.to == "/opt/runtime");
  CHECK(runtime.owner == NumericOwner{0, 0});
  CHECK(runtime.exclude == std::vector<std::string>{"**/*.tmp"});
  CHECK(runtime.mode == ModeRule::normalise);
  CHECK_FALSE(runtime.xattrs);
  const Stage& app = recipe.stages[2];
  CHECK(std::get<GitSource>(app.from).location == "/home/shop/app");
  CHECK(std::get<GitSource>(app.from).rev == "v1.0");
  CHECK(std::get<GitSource>(app.from).subdir == "web");
  REQUIRE(app.attributes.size() == 1);
  CHECK(app.attributes[0].match == "bin/*");
  CHECK(app.attributes[0].mode == 0755u);
  CHECK(app.attributes[0].owner == NumericOwner{10001, 10001});
  CHECK(app.remove == std::vector<std::string>{"/srv/app/old"});
}

TEST_CASE("parse_recipe: configuration, mounts and tests", "[recipes][recipe]") {
  const Recipe recipe = parse(golden_text("recipe.toml"));
  CHECK(recipe.config.entrypoint == std::vector<std::string>{"/srv/app/bin/start"});
  CHECK(recipe.config.cmd.empty());
  CHECK(recipe.config.env.at("PATH") == "/usr/bin:/bin");
  CHECK(recipe.config.user == "10001:10001");
  CHECK(recipe.config.workdir == "/srv/app");
  CHECK(recipe.config.labels.at("org.opencontainers.image.source") == "https://example.com/shop");
  CHECK(recipe.config.ports == std::vector<std::string>{"8080/tcp"});
  REQUIRE(recipe.mounts.size() == 1);
  CHECK(recipe.mounts[0].kind == MountKind::config);
  CHECK(recipe.mounts[0].path == "/etc/shop");
  REQUIRE(recipe.tests.size() == 1);
  CHECK(recipe.tests[0].name == "starts");
  CHECK(recipe.tests[0].run == std::vector<std::string>{"/srv/app/bin/start", "--version"});
  CHECK(recipe.tests[0].exit == 0);
  CHECK(recipe.tests[0].out == "^shop 1\\.");
  CHECK_FALSE(recipe.tests[0].err);
  CHECK(recipe.tests[0].within == std::chrono::seconds(5));
}

TEST_CASE("parse_recipe: a stage's canonical form is its own table as written", "[recipes][recipe]") {
  const std::string text = golden_text("recipe.toml");
  const Recipe recipe = parse(text);
  CHECK(recipe.stages[2].canonical ==
        R"({"attributes":[{"match":"bin/*","mode":"0755","owner":"10001:10001"}],)"
        R"("from":{"git":"app","rev":"v1.0","subdir":"web"},"name":"app","remove":["/srv/app/old"],)"
        R"("team":"app","to":"/srv/app"})");
  SECTION("an edit elsewhere leaves it alone") {
    const Recipe other = parse(edited(text, "to = \"/opt/runtime\"", "to = \"/opt/other\""));
    CHECK(other.stages[2].canonical == recipe.stages[2].canonical);
    CHECK(other.stages[1].canonical != recipe.stages[1].canonical);
  }
  SECTION("neither the place of the recipe nor its layout counts") {
    const Recipe moved = parse_recipe("# comment\n" + text, "/elsewhere/r.toml");
    CHECK(moved.stages[1].canonical == recipe.stages[1].canonical);
    const std::string from = "from = { dir = \"runtime\" }\n";
    const std::string later = edited(edited(text, from, ""), "exclude = [\"**/*.tmp\"]\n",
                                     "exclude = [\n  '**/*.tmp',\n]\n[stage.from]\ndir = 'runtime'\n");
    CHECK(parse(later).stages[1].canonical == recipe.stages[1].canonical);
  }
}

TEST_CASE("parse_recipe: defaults", "[recipes][recipe]") {
  const Recipe recipe = parse(minimal);
  CHECK(recipe.platform == Platform::of_this_machine());
  CHECK_FALSE(recipe.epoch);
  CHECK(recipe.compression == Compression::zstd);
  CHECK(recipe.config.entrypoint.empty());
  CHECK(recipe.mounts.empty());
  CHECK(recipe.tests.empty());
  const Recipe tested = parse(minimal + "[[test]]\nname = \"t\"\nrun = [\"/bin/true\"]\n");
  CHECK(tested.tests[0].exit == 0);
  CHECK(tested.tests[0].within == std::chrono::seconds(30));
}

TEST_CASE("parse_recipe: every kind of source", "[recipes][recipe]") {
  CHECK(std::get<ArchiveSource>(source(R"({ archive = "/abs/r.tar" })")).path == "/abs/r.tar");
  CHECK_FALSE(std::get<ArchiveSource>(source(R"({ archive = "r.tar" })")).sha256);
  CHECK(std::get<DirSource>(source(R"({ dir = "." })")).path == "/home/shop");
  const auto oci = std::get<OciSource>(source(R"({ oci = "../base", ref = "1.0" })"));
  CHECK(oci.layout == "/home/shop/../base");
  CHECK(oci.ref == "1.0");
  const auto files = std::get<FilesSource>(source(R"({ files = { "etc/motd" = "hello\n", "a" = "" } })"));
  CHECK(files.files == std::map<std::string, std::string>{{"a", ""}, {"etc/motd", "hello\n"}});
  const auto git = std::get<GitSource>(source(R"({ git = "https://example.com/x.git", rev = "HEAD" })"));
  CHECK(git.location == "https://example.com/x.git");
  CHECK(git.subdir.empty());
}

TEST_CASE("parse_recipe: what a stage may keep of its folder", "[recipes][recipe]") {
  const Recipe recipe = parse(edited(minimal, "from =", "mode = \"keep\"\nxattrs = true\nfrom ="));
  CHECK(recipe.stages[0].mode == ModeRule::keep);
  CHECK(recipe.stages[0].xattrs);
}

TEST_CASE("parse_recipe: a port has a protocol, an empty contract forbids all", "[recipes][recipe]") {
  const Recipe recipe = parse(edited(minimal, "key = \"x.asc\"", "key = \"x.asc\"\nmay_write = []") +
                              "[config]\nports = [\"80\"]\n");
  CHECK(recipe.config.ports == std::vector<std::string>{"80/tcp"});
  CHECK(recipe.teams.at("x").may_write.empty());
}

TEST_CASE("parse_recipe: 127 stages, but no more", "[recipes][recipe]") {
  std::string text = minimal;
  for (int i = 1; i < 127; ++i) {
    text += fmt::format("[[stage]]\nname = \"s{}\"\nteam = \"x\"\nfrom = {{ dir = \"d\" }}\n", i);
  }
  CHECK(parse(text).stages.size() == 127);
  text += "[[stage]]\nname = \"one-more\"\nteam = \"x\"\nfrom = { dir = \"d\" }\n";
  CHECK_THROWS_WITH(parse(text), Catch::Matchers::Contains("more than 127 stages"));
}

TEST_CASE("parse_recipe_file: a missing file is a usage error", "[recipes][recipe]") {
  try {
    static_cast<void>(parse_recipe_file("/nowhere/recipe.toml"));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK_THAT(error.what(), Catch::Matchers::Contains("/nowhere/recipe.toml: No such file or directory"));
  }
}

TEST_CASE("parse_tests: mounts and tests alone", "[recipes][tests]") {
  const TestSuite suite = parse_tests(
      "schema = 1\n[[mount]]\nkind = 'data'\npath = '/d'\n[[test]]\nname = 't'\nrun = ['/t']\n", "t.toml");
  CHECK(suite.mounts[0].kind == MountKind::data);
  CHECK(suite.tests[0].run == std::vector<std::string>{"/t"});
  CHECK_THROWS_WITH(parse_tests("schema = 1\n", "t.toml"), "t.toml:1:1: the file has no 'test'");
  CHECK_THROWS_WITH(parse_tests("schema = 1\n[image]\n[[test]]\nname = 't'\nrun = ['/t']\n", "t.toml"),
                    "t.toml:2:2: unknown key 'image' at the top level");
}
