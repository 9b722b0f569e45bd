#include "composer/custody/refresh_bundles.hpp"

#include <optional>

#include "composer/custody/bundle_from_log.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// The bundle as it is with today's log, or nothing if it is another log's or up to date.
std::optional<CustodyBundle> refreshed(const CustodyBundle& bundle, const CustodyLog& log,
                                       const BlobDigest& image) {
  if (bundle.entries.empty() || bundle.entries.front().entry.id != log.custody()) return std::nullopt;
  if (bundle.leaves == log.leaves) return std::nullopt;
  std::vector<EntryId> roots;
  for (const auto& bundled : bundle.entries) {
    if (bundled.index) roots.push_back(bundled.entry.id);
  }
  return bundle_from_log(log, roots, image, bundle);
}

}  // namespace

std::vector<RefreshedBundle> refresh_bundles(const std::filesystem::path& layout, const CustodyLog& log,
                                             const BlobDigest& except, LayoutUpdate& output,
                                             Progress& progress) {
  std::vector<RefreshedBundle> fresh;
  if (output.index().manifests.empty()) return fresh;
  const Layout source(layout);
  for (const auto& listed : output.index().manifests) {
    if (listed.artifact_type != custody_artifact_type) continue;
    try {
      const Manifest manifest = decode_manifest(source.read_blob(listed));
      if (!manifest.subject || manifest.subject->digest == except) continue;
      const auto bundle = refreshed(read_bundle(source, listed), log, manifest.subject->digest);
      if (bundle) fresh.push_back({listed, write_bundle(output, *bundle, *manifest.subject)});
    } catch (const Error& error) {
      progress.notice(fmt::format("a custody bundle in the layout is left as it is: {}", error.what()));
    }
  }
  return fresh;
}

std::vector<Descriptor> custody_referrers(const Index& index, const BlobDigest& image,
                                          const std::filesystem::path& layout) {
  if (index.manifests.empty()) return {};
  return Layout(layout).referrers(image, custody_artifact_type);
}

}  // namespace compose
