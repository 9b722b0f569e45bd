// Which manifest of a layout does a reference mean? (Layout::resolve and its kin.)
#include <algorithm>
#include <map>
#include <set>

#include "composer/oci/layout.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_listed = 40;
constexpr int most_nesting = 8;  // indexes inside indexes

std::string tag_of(const Descriptor& listed) {
  const auto found = listed.annotations.find(std::string(ref_name_annotation));
  return found == listed.annotations.end() ? std::string() : found->second;
}

// An empty variant on either side matches every variant.
bool matches(const Descriptor& listed, const Platform& wanted) {
  if (!listed.platform) return false;
  const Platform& platform = *listed.platform;
  return platform.os == wanted.os && platform.architecture == wanted.architecture &&
         (wanted.variant.empty() || platform.variant.empty() || platform.variant == wanted.variant);
}

// What the manifests of a layout say they are, each read once however often it is listed.
class ManifestKinds {
 public:
  explicit ManifestKinds(const Layout& layout) : layout_(layout) {}

  struct Kind {
    bool readable = false;
    std::string type;                   // artifactType, else the configuration's media type
    std::optional<BlobDigest> subject;  // what it refers to
  };

  const Kind& of(const Descriptor& listed) {
    const auto known = kinds_.find(listed.digest);
    return known != kinds_.end() ? known->second : kinds_.emplace(listed.digest, read(listed)).first->second;
  }

  // Not a referrer, nor another artifact. A manifest that cannot be read counts, so that it is
  // checked and its fault told.
  bool is_image(const Descriptor& listed) {
    if (!listed.artifact_type.empty() && !is_config_type(listed.artifact_type)) return false;
    if (is_index_type(listed.media_type)) return true;
    if (!is_manifest_type(listed.media_type)) return false;
    const Kind& kind = of(listed);
    return !kind.readable || (!kind.subject && is_config_type(kind.type));
  }

 private:
  [[nodiscard]] Kind read(const Descriptor& listed) const {
    try {
      const Manifest manifest = decode_manifest(layout_.read_blob(listed));
      Kind kind{.readable = true,
                .type = manifest.artifact_type.empty() ? manifest.config.media_type : manifest.artifact_type,
                .subject = {}};
      if (manifest.subject) kind.subject = manifest.subject->digest;
      return kind;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::verdict) throw;
      return {.readable = false, .type = {}, .subject = {}};
    }
  }

  const Layout& layout_;
  std::map<BlobDigest, Kind> kinds_;
};

// The entries for which `wanted` holds, each digest once.
template <typename Wanted>
std::vector<Descriptor> distinct(const std::vector<Descriptor>& listed, Wanted&& wanted) {
  std::vector<Descriptor> found;
  std::set<BlobDigest> seen;
  for (const Descriptor& descriptor : listed) {
    if (wanted(descriptor) && seen.insert(descriptor.digest).second) found.push_back(descriptor);
  }
  return found;
}

// The images as one would name them: "out:1.0, out@sha256:…".
std::string list_of(const Layout& layout) {
  ManifestKinds kinds(layout);
  const std::string folder = printable(layout.folder().string());
  std::vector<std::string> names;
  for (const Descriptor& listed : layout.index().manifests) {
    if (!kinds.is_image(listed)) continue;
    if (names.size() == most_listed) {
      names.emplace_back("…");
      break;
    }
    const std::string tag = tag_of(listed);
    names.push_back(is_valid_tag(tag) ? fmt::format("{}:{}", folder, tag)
                                      : fmt::format("{}@{}", folder, listed.digest));
  }
  return names.empty() ? "it holds no image" : fmt::format("it holds {}", fmt::join(names, ", "));
}

Error not_meant(const Layout& layout, const std::string& message) {
  return Error(ErrorKind::usage, fmt::format("{}: {}", printable(layout.folder().string()), message),
               list_of(layout));
}

// Several entries under one name are the platforms of one image, or else ambiguous.
std::optional<Descriptor> one_of_platform(const std::vector<Descriptor>& candidates,
                                          const Platform& platform) {
  if (candidates.size() == 1) return candidates[0];
  const bool one_name = std::ranges::all_of(
      candidates, [&](const Descriptor& other) { return tag_of(other) == tag_of(candidates[0]); });
  const auto wanted = [&](const Descriptor& listed) { return matches(listed, platform); };
  if (!one_name || std::ranges::count_if(candidates, wanted) != 1) return std::nullopt;
  return *std::ranges::find_if(candidates, wanted);
}

Descriptor by_tag(const Layout& layout, const std::string& tag, const Platform& platform) {
  const auto named =
      distinct(layout.index().manifests, [&](const Descriptor& listed) { return tag_of(listed) == tag; });
  if (named.empty()) throw not_meant(layout, fmt::format("no image has the tag '{}'", printable(tag)));
  if (const auto one = one_of_platform(named, platform)) return *one;
  throw verdict_error("{}: {} images have the tag '{}'", printable(layout.folder().string()), named.size(),
                      printable(tag));
}

Descriptor only_image(const Layout& layout, const Platform& platform) {
  ManifestKinds kinds(layout);
  // Tagged ones first, so that of two entries for one image the tagged one is kept.
  auto listed = layout.index().manifests;
  std::ranges::stable_partition(listed, [](const Descriptor& entry) { return !tag_of(entry).empty(); });
  auto images = distinct(listed, [&](const Descriptor& entry) { return kinds.is_image(entry); });
  const auto is_tagged = [](const Descriptor& entry) { return !tag_of(entry).empty(); };
  if (std::ranges::any_of(images, is_tagged)) std::erase_if(images, std::not_fn(is_tagged));
  if (images.empty()) throw not_meant(layout, "holds no image");
  if (const auto one = one_of_platform(images, platform)) return *one;
  throw not_meant(layout, fmt::format("holds {} images, name one of them", images.size()));
}

Index read_index_blob(const Layout& layout, const Descriptor& descriptor) {
  return with_context([&] { return decode_index(layout.read_blob(descriptor)); }, "index {}",
                      descriptor.digest);
}

// Looks in index.json, then in the indexes that it lists.
Descriptor by_digest(const Layout& layout, const BlobDigest& digest) {
  const auto is_it = [&](const Descriptor& listed) { return listed.digest == digest; };
  const auto& top = layout.index().manifests;
  const auto found = std::ranges::find_if(top, is_it);
  if (found != top.end()) return *found;
  for (const Descriptor& listed :
       distinct(top, [](const Descriptor& entry) { return is_index_type(entry.media_type); })) {
    const Index nested = read_index_blob(layout, listed);
    const auto inside = std::ranges::find_if(nested.manifests, is_it);
    if (inside != nested.manifests.end()) return *inside;
  }
  throw not_meant(layout, fmt::format("no image has the digest {}", digest));
}

// The first entry of an index that is for the platform; one without a platform only if there
// is nothing else.
Descriptor of_platform(const Index& index, const BlobDigest& digest, const Platform& platform) {
  const auto& entries = index.manifests;
  const auto found =
      std::ranges::find_if(entries, [&](const Descriptor& listed) { return matches(listed, platform); });
  if (found != entries.end()) return *found;
  if (entries.size() == 1 && !entries[0].platform) return entries[0];
  std::set<std::string> there;
  for (const Descriptor& listed : entries) {
    if (listed.platform && there.size() < most_listed) there.insert(printable(listed.platform->str()));
  }
  throw Error(ErrorKind::usage, fmt::format("index {}: holds no image for {}", digest, platform.str()),
              fmt::format("it has images for {}", fmt::join(there, ", ")));
}

}  // namespace

Descriptor Layout::resolve(const ImageRef& ref, const Platform& platform) const {
  Descriptor meant = ref.digest ? by_digest(*this, *ref.digest)
                     : ref.tag  ? by_tag(*this, *ref.tag, platform)
                                : only_image(*this, platform);
  for (int depth = 0; is_index_type(meant.media_type); ++depth) {
    if (depth == most_nesting) throw verdict_error("index {}: nested too deeply", meant.digest);
    meant = of_platform(read_index_blob(*this, meant), meant.digest, platform);
  }
  if (!is_manifest_type(meant.media_type)) {
    throw verdict_error("{}: its media type '{}' is neither a manifest's nor an index's", meant.digest,
                        printable(meant.media_type));
  }
  return meant;
}

std::vector<Descriptor> Layout::referrers(const BlobDigest& image, std::string_view type) const {
  ManifestKinds kinds(*this);
  return distinct(index_.manifests, [&](const Descriptor& listed) {
    const bool claims_type = listed.artifact_type == type;
    if (!is_manifest_type(listed.media_type) || (!claims_type && !listed.artifact_type.empty())) return false;
    const auto& kind = kinds.of(listed);
    return kind.readable ? kind.type == type && kind.subject == image : claims_type;
  });
}

std::vector<std::string> Layout::tags() const {
  std::set<std::string> tags;
  for (const Descriptor& listed : index_.manifests) {
    const std::string tag = tag_of(listed);
    if (!tag.empty()) tags.insert(tag);
  }
  return {tags.begin(), tags.end()};
}

}  // namespace compose
