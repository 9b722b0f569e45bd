#include "recipes/policy_keys.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "golden_recipe.hpp"
#include "signer/temporary_folder.hpp"

using namespace compose;
using Catch::Matchers::Contains;

namespace {

std::string refusal(const std::filesystem::path& folder, const std::string& key) {
  Faults faults("p.toml");
  PolicyKeys keys(folder);
  CHECK_FALSE(keys.read({key, {4, 2}}, "olga", faults));
  try {
    faults.throw_if_any();
  } catch (const Error& error) {
    CHECK_THAT(error.what(), Catch::Matchers::StartsWith("p.toml:4:2: "));
    return std::string(error.what()) + " | " + error.hint();
  }
  FAIL("accepted");
  return {};
}

}  // namespace

TEST_CASE("policy_keys: files that are no public certificate", "[recipes][policy]") {
  const TemporaryFolder folder("policy-keys");
  replace_file(folder.path() / "private.asc", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQ==\n");
  CHECK_THAT(refusal(folder.path(), "private.asc"),
             Contains("holds a private key") && Contains("gpg --armor --export"));
  replace_file(folder.path() / "large.asc", std::string((1u << 20) + 1, 'x'));
  CHECK_THAT(refusal(folder.path(), "large.asc"), Contains("larger than 1048576 bytes"));
  REQUIRE(::mkfifo((folder.path() / "pipe.asc").c_str(), 0600) == 0);
  CHECK_THAT(refusal(folder.path(), "pipe.asc"), Contains("not a regular file"));
  CHECK_THAT(refusal(folder.path(), ""), Contains("empty"));
  CHECK_THAT(refusal(folder.path(), std::string("a\0b", 3)), Contains("NUL"));
}

TEST_CASE("policy_keys: a pin names the primary key of the file", "[recipes][policy]") {
  const std::string certificate = golden_text("keys/ops.asc");
  const TemporaryFolder folder("policy-keys");
  replace_file(folder.path() / "a#b.asc", certificate);
  Faults faults("p.toml");
  PolicyKeys keys(folder.path());
  const std::string pinned = "a#b.asc#AD7F8DDCD3180E2972008811984DF844179CB99C";
  const auto key = keys.read({pinned, {1, 1}}, "olga", faults);
  REQUIRE(key);
  CHECK(key->origin == pinned);
  CHECK(key->certificate == certificate);
  CHECK(key->pinned->hex() == "ad7f8ddcd3180e2972008811984df844179cb99c");
  CHECK(faults.empty());
}
