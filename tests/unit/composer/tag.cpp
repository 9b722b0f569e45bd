#include "composer/tag.hpp"

#include <catch2/catch.hpp>

using namespace compose;

namespace {

Descriptor image(const std::string& content) {
  return {.media_type = std::string(manifest_media_type),
          .digest = BlobDigest(sha256(content)),
          .size = content.size(),
          .annotations = {},
          .platform = {},
          .artifact_type = {}};
}

std::vector<std::string> tags_of(const Index& index, const Descriptor& wanted) {
  std::vector<std::string> tags;
  for (const auto& listed : index.manifests) {
    if (listed.digest == wanted.digest) tags.push_back(tag_of(listed));
  }
  return tags;
}

using Tags = std::vector<std::string>;

}  // namespace

TEST_CASE("tag: a tag moves, and the old manifest stays without it", "[composer][tag]") {
  Index index;
  point_tag(index, image("one"), "1.0");
  point_tag(index, image("two"), "1.0");
  CHECK(tags_of(index, image("one")) == Tags{""});
  CHECK(tags_of(index, image("two")) == Tags{"1.0"});
}

TEST_CASE("tag: several tags of one image, and no idle entry beside them", "[composer][tag]") {
  Index index;
  point_tag(index, image("one"), "1.0");
  point_tag(index, image("one"), "latest");
  CHECK(tags_of(index, image("one")) == Tags{"1.0", "latest"});
  point_tag(index, image("two"), "latest");
  CHECK(tags_of(index, image("one")) == Tags{"1.0"});
  CHECK(tags_of(index, image("two")) == Tags{"latest"});
  point_tag(index, image("two"), "1.0");
  CHECK(tags_of(index, image("one")) == Tags{""});
}

TEST_CASE("tag: what is there already changes nothing", "[composer][tag]") {
  Index index;
  point_tag(index, image("one"), "1.0");
  point_tag(index, image("two"), "2.0");
  const auto before = index.manifests;
  point_tag(index, image("one"), "1.0");
  CHECK(index.manifests == before);
}
