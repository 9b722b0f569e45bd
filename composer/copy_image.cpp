#include "composer/copy_image.hpp"

#include <set>

#include "composer/oci/layout_update.hpp"
#include "composer/tag.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::size_t most_manifests = 10'000;

class Copy {
 public:
  Copy(const Layout& source, LayoutUpdate& target) : source_(source), target_(target) {}

  // A manifest or index with all it names, and then what refers to it.
  void graph(const Descriptor& root) {
    std::vector<Descriptor> todo{root};
    while (!todo.empty()) {
      const Descriptor next = todo.back();
      todo.pop_back();
      if (!seen_.insert(next.digest).second) continue;
      if (seen_.size() > most_manifests) throw verdict_error("more than {} manifests", most_manifests);
      const std::string bytes = source_.read_blob(next);
      blob(next);
      if (next.media_type.find("index") != std::string::npos ||
          next.media_type.find("list") != std::string::npos) {
        for (const auto& child : decode_index(bytes).manifests) todo.push_back(child);
      } else {
        const Manifest manifest = decode_manifest(bytes);
        blob(manifest.config);
        for (const auto& layer : manifest.layers) blob(layer);
      }
      for (const auto& referrer : referrers_of(next.digest)) {
        referrers_.push_back(referrer);
        todo.push_back(referrer);
      }
    }
  }

  [[nodiscard]] const std::vector<Descriptor>& referrers() const { return referrers_; }

 private:
  void blob(const Descriptor& descriptor) {
    if (!blobs_.insert(descriptor.digest).second) return;
    with_context(
        [&] {
          const UniqueFd file = source_.open_blob(descriptor.digest);
          const auto writer = target_.create();
          stream_blob(file.get(), descriptor, [&](auto bytes) { writer->write(bytes); });
          (void)writer->finish();
        },
        "copy {}", descriptor.digest.str());
  }

  [[nodiscard]] std::vector<Descriptor> referrers_of(const BlobDigest& subject) const {
    std::vector<Descriptor> found;
    for (const auto& listed : source_.index().manifests) {
      if (seen_.contains(listed.digest) || listed.media_type != manifest_media_type) continue;
      const Manifest manifest = decode_manifest(source_.read_blob(listed));
      if (manifest.subject && manifest.subject->digest == subject) found.push_back(listed);
    }
    return found;
  }

  const Layout& source_;
  LayoutUpdate& target_;
  std::set<BlobDigest> seen_;
  std::set<BlobDigest> blobs_;
  std::vector<Descriptor> referrers_;
};

// The entry of the index for what was asked for, with its annotations: under a tag the whole
// of what it names, also an index of several platforms.
Descriptor listed_in(const Layout& source, const ImageRef& from) {
  const Descriptor image = source.resolve(from, Platform::of_this_machine());
  for (const auto& listed : source.index().manifests) {
    if (from.tag ? tag_of(listed) == *from.tag : listed.digest == image.digest) return listed;
  }
  return image;
}

}  // namespace

CopyResult copy_image(const ImageRef& from, const ImageRef& to, Progress& progress) {
  if (to.digest) throw usage_error("{}: the target of a copy takes a tag, not a digest", to.layout.string());
  const Layout source(from.layout);
  const Descriptor image = listed_in(source, from);
  LayoutUpdate target(to.layout);
  Copy copy(source, target);
  copy.graph(image);

  CopyResult result{.manifest = image.digest, .tags = {}, .referrers = copy.referrers().size()};
  if (to.tag) {
    result.tags = {*to.tag};
  } else if (!tag_of(image).empty()) {
    result.tags = {tag_of(image)};
  }
  target.commit([&](Index& index) {
    for (const auto& tag : result.tags) point_tag(index, image, tag);
    const auto list = [&](const Descriptor& descriptor) {
      for (const auto& listed : index.manifests) {
        if (listed.digest == descriptor.digest) return;
      }
      index.manifests.push_back(descriptor);
    };
    list(image);
    for (const auto& referrer : copy.referrers()) list(referrer);
  });
  progress.event(fmt::format("copied {} with {} referrer(s)", image.digest.str(), copy.referrers().size()));
  return result;
}

}  // namespace compose
