#include "composer/oci/image_ref.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"

using namespace compose;

namespace {
const std::string digest = "sha256:" + std::string(64, 'a');
}

TEST_CASE("image_ref: the tag follows the last ':' after the last '/'", "[oci][ref]") {
  struct Case {
    std::string text, layout, tag;
  };
  const auto good = GENERATE(values<Case>({{"out", "out", ""},
                                           {"out:1.0", "out", "1.0"},
                                           {"./a:b/out", "./a:b/out", ""},
                                           {"./a:b/out:_x-1", "./a:b/out", "_x-1"},
                                           {"a:b:c", "a:b", "c"},
                                           {"out/", "out/", ""},
                                           {"a:b/", "a:b/", ""},
                                           {"/", "/", ""},
                                           {".", ".", ""},
                                           {"me@home/out:1", "me@home/out", "1"},
                                           {"me@home", "me@home", ""}}));
  CAPTURE(good.text);
  const ImageRef ref = ImageRef::parse(good.text);
  CHECK(ref.layout == good.layout);
  CHECK(ref.tag.value_or("") == good.tag);
  CHECK_FALSE(ref.digest);
}

TEST_CASE("image_ref: digests", "[oci][ref]") {
  const ImageRef ref = ImageRef::parse("a:b/out@" + digest);
  CHECK(ref.layout == "a:b/out");
  CHECK_FALSE(ref.tag);
  REQUIRE(ref.digest);
  CHECK(ref.digest->str() == digest);
  CHECK(ImageRef::parse("out:1@" + digest).layout == "out:1");
}

TEST_CASE("image_ref: what means nothing is a usage error", "[oci][ref]") {
  const auto bad = GENERATE_COPY(values<std::string>(
      {"", ":", ":1", "out:", "out: ", "out:-x", "out:.x", "out:a b", "out:" + std::string(129, 'a'),
       "@" + digest, "out@sha256:", "out@sha256:abc", "out@sha256:" + std::string(64, 'A'), "out:\xc3\xa9",
       "out:a\nb", std::string("out\0:x", 6)}));
  CAPTURE(bad);
  try {
    static_cast<void>(ImageRef::parse(bad));
    FAIL("was accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
  }
}

TEST_CASE("image_ref: names in an index (O12)", "[oci][ref]") {
  for (const char* good :
       {"1.0", "_x", "a..b", "latest", "docker.io/library/busybox:1.36", "a/b/c", "a--b", "v1+git@x"}) {
    CAPTURE(good);
    CHECK(is_valid_ref_name(good));
  }
  for (const std::string bad : {"", "../../x", "/x", "x/", "a//b", "..", "./x", "a b", "a\nb", "a\x1b[2J",
                                "\xc3\xa9/x", "a:/b", "a/.b"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_valid_ref_name(bad));
  }
  CHECK_FALSE(is_valid_ref_name(std::string(600, 'a')));
}
