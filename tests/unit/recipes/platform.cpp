#include <catch2/catch.hpp>

#include "recipes/recipe.hpp"

using namespace compose;

TEST_CASE("platform: what is written comes back", "[recipes][platform]") {
  const auto text =
      GENERATE(as<std::string>{}, "linux/amd64", "linux/arm/v7", "freebsd/386", "linux/ppc64le");
  REQUIRE(Platform::from(text));
  CHECK(Platform::from(text)->str() == text);
}

TEST_CASE("platform: no platforms", "[recipes][platform]") {
  const auto bad =
      GENERATE(as<std::string>{}, "", "linux", "linux/", "/amd64", "linux//v7", "linux/arm/",
               "linux/arm/v7/x", "Linux/amd64", "linux/amd 64", "linux/../x", "linux/-x", "linux/amd64\n");
  CAPTURE(bad);
  CHECK_FALSE(Platform::from(bad));
  CHECK_FALSE(Platform::from("linux/" + std::string(65, 'a')));
}

TEST_CASE("platform: this machine's is one that a recipe may name", "[recipes][platform]") {
  const Platform here = Platform::of_this_machine();
  CHECK(here.os == "linux");
  CHECK(Platform::from(here.str()) == here);
}

TEST_CASE("recipe: words for values", "[recipes][recipe]") {
  CHECK(source_kind(ArchiveSource{}) == "archive");
  CHECK(source_kind(DirSource{}) == "dir");
  CHECK(source_kind(GitSource{}) == "git");
  CHECK(source_kind(OciSource{}) == "oci");
  CHECK(source_kind(FilesSource{}) == "files");
  CHECK(compression_name(Compression::none) == "none");
  CHECK(compression_name(Compression::gzip) == "gzip");
  CHECK(compression_name(Compression::zstd) == "zstd");
  CHECK(mount_kind_name(MountKind::config) == "config");
  CHECK(mount_kind_name(MountKind::data) == "data");
  CHECK(SourcePosition{"a\x1b.toml", 3, 14}.str() == "a\\x1b.toml:3:14");
}
