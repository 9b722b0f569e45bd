#include "composer/custody/bundle_artifact.hpp"

#include <algorithm>

#include "recipes/test_suite.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_small_blob = 1u << 20;     // a certificate, a checkpoint, the tests
constexpr std::size_t most_entries_blob = 64u << 20;  // entries, leaves, evidence
constexpr std::size_t most_parts = 4096;

std::string_view empty_config = "{}";

class Reader {
 public:
  explicit Reader(const Layout& layout) : layout_(layout) {}

  void take(const Descriptor& part) {
    if (part.media_type == entries_media_type) {
      once(seen_entries_, part);
      bundle_.entries = decode_entries(read(part, most_entries_blob));
    } else if (part.media_type == leaves_media_type) {
      once(seen_leaves_, part);
      bundle_.leaves = decode_leaves(read(part, most_entries_blob));
    } else if (part.media_type == checkpoint_media_type) {
      bundle_.checkpoints.push_back(decode_checkpoint(read(part, most_small_blob)));
    } else if (part.media_type == certificate_media_type) {
      bundle_.certificates.push_back(read(part, most_small_blob));
    } else if (part.media_type == tests_media_type) {
      if (bundle_.tests) throw verdict_error("more than one {}", part.media_type);
      bundle_.tests = read(part, most_small_blob);
    } else if (part.media_type == evidence_media_type) {
      bundle_.evidence.push_back(read(part, most_entries_blob));
    } else {
      throw verdict_error("unknown media type '{}'", printable(part.media_type));
    }
  }

  CustodyBundle finish() {
    if (!seen_entries_ || !seen_leaves_) throw verdict_error("entries or leaves are missing");
    return std::move(bundle_);
  }

 private:
  static void once(bool& seen, const Descriptor& part) {
    if (seen) throw verdict_error("more than one {}", part.media_type);
    seen = true;
  }
  std::string read(const Descriptor& part, std::size_t most) const { return layout_.read_blob(part, most); }

  const Layout& layout_;
  CustodyBundle bundle_;
  bool seen_entries_ = false;
  bool seen_leaves_ = false;
};

}  // namespace

Descriptor write_bundle(LayoutUpdate& output, const CustodyBundle& bundle, const Descriptor& image) {
  Manifest artifact{.artifact_type = std::string(custody_artifact_type),
                    .config = output.add(empty_media_type, empty_config),
                    .layers = {output.add(entries_media_type, encode_entries(bundle.entries)),
                               output.add(leaves_media_type, encode_leaves(bundle.leaves))},
                    .subject = Descriptor{.media_type = image.media_type,
                                          .digest = image.digest,
                                          .size = image.size,
                                          .annotations = {},
                                          .platform = {},
                                          .artifact_type = {}},
                    .annotations = {}};
  const auto attach = [&](std::string_view type, std::string_view bytes) {
    artifact.layers.push_back(output.add(type, bytes));
  };
  for (const auto& checkpoint : bundle.checkpoints) attach(checkpoint_media_type, checkpoint.note);
  for (const auto& certificate : bundle.certificates) attach(certificate_media_type, certificate);
  if (bundle.tests) attach(tests_media_type, *bundle.tests);
  for (const auto& evidence : bundle.evidence) attach(evidence_media_type, evidence);
  Descriptor descriptor = output.add(manifest_media_type, encode_manifest(artifact));
  descriptor.artifact_type = std::string(custody_artifact_type);
  return descriptor;
}

CustodyBundle read_bundle(const Layout& layout, const Descriptor& artifact) {
  return with_context(
      [&] {
        const Manifest manifest = decode_manifest(layout.read_blob(artifact));
        if (manifest.layers.size() > most_parts) throw verdict_error("more than {} parts", most_parts);
        Reader reader(layout);
        for (const auto& part : manifest.layers) reader.take(part);
        return reader.finish();
      },
      "custody bundle {}", artifact.digest.str());
}

void replace_bundle(Index& index, const std::vector<Descriptor>& replaced, const Descriptor& artifact) {
  std::erase_if(index.manifests, [&](const Descriptor& listed) {
    return listed.digest == artifact.digest ||
           std::any_of(replaced.begin(), replaced.end(),
                       [&](const Descriptor& old) { return old.digest == listed.digest; });
  });
  index.manifests.push_back(artifact);
}

}  // namespace compose
