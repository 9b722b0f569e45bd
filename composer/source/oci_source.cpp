#include "composer/source/oci_source.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "signer/custody_bundle.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

constexpr std::size_t most_findings_told = 3;

ImageRef image_ref(const OciSource& source) {
  ImageRef ref{.layout = source.layout, .tag = {}, .digest = BlobDigest::from(source.ref)};
  if (!ref.digest && !source.ref.empty()) ref.tag = source.ref;
  return ref;
}

Error fault_error(const Findings& findings) {
  std::string text = "not a sound image:";
  for (std::size_t i = 0; i < findings.size() && i < most_findings_told; ++i) {
    text += fmt::format("\n  {}: {}", findings[i].where, findings[i].message);
  }
  if (findings.size() > most_findings_told) {
    text += fmt::format("\n  and {} more", findings.size() - most_findings_told);
  }
  return Error(ErrorKind::usage, text, "'compose check' names every fault");
}

void expect_platform(const ImageConfig& config, const Platform& wanted) {
  const Platform& own = config.platform;
  const bool same_variant = own.variant.empty() || wanted.variant.empty() || own.variant == wanted.variant;
  if (own.os == wanted.os && own.architecture == wanted.architecture && same_variant) return;
  throw Error(ErrorKind::usage,
              fmt::format("the image is for {}, the recipe for {}", printable(own.str()), wanted.str()),
              "set `platform` in [image], or take another image");
}

// Byte for byte; nothing to do if the store has it already.
void copy_blob(const Layout& layout, const Descriptor& blob, BlobStore& store) {
  if (store.find(blob.digest)) return;
  const UniqueFd fd = layout.open_blob(blob.digest);
  const auto writer = store.create();
  stream_blob(fd.get(), blob, [&](std::span<const std::byte> bytes) { writer->write(bytes); });
  const StoredBlob stored = writer->finish();
  if (stored.digest != blob.digest) throw failure_error("blob {}: written as {}", blob.digest, stored.digest);
}

Layer copy_layer(const Layout& layout, const CheckedImage::Layer& layer, BlobStore& store) {
  copy_blob(layout, layer.blob, store);
  // Our manifests are OCI's: Docker's names for the same bytes do not belong into them.
  const Compression compression = layer_compression(layer.blob.media_type).value();
  return {.blob = {.media_type = layer_media_type(compression),
                   .digest = layer.blob.digest,
                   .size = layer.blob.size},
          .diff_id = layer.diff_id,
          .uncompressed = layer.uncompressed};
}

// Which settings the image has and the recipe does not take over: its own [config] counts.
std::vector<std::string> settings_left_out(const CheckedImage& image) {
  const auto document = parse_strict_json(image.layout().read_blob(image.manifest().config));
  std::vector<std::string> names;
  const auto config = document.find("config");
  if (config == document.end() || !config->is_object()) return names;
  for (const auto& [name, value] : config->items()) {
    const bool says_nothing = value.empty() || value == "" || value == false;
    if (!says_nothing) names.push_back(printable(name));
  }
  return names;
}

// The custody of an image is a referrer: a manifest of its own and the blobs that it names.
std::vector<Descriptor> carry_custody(const CheckedImage& image, BlobStore& store) {
  const Layout& layout = image.layout();
  std::vector<Descriptor> carried = layout.referrers(image.descriptor().digest, custody_artifact_type);
  for (const Descriptor& referrer : carried) {
    with_context(
        [&] {
          const Manifest manifest = decode_manifest(layout.read_blob(referrer));
          copy_blob(layout, manifest.config, store);
          for (const Descriptor& blob : manifest.layers) copy_blob(layout, blob, store);
          copy_blob(layout, referrer, store);
        },
        "custody {}", referrer.digest);
  }
  return carried;
}

OciLayers load_checked(const OciSource& source, const Platform& platform, BlobStore& store) {
  OciLayers loaded;
  CheckOptions options;
  options.on_layer = [&](std::size_t, const std::vector<TreeEntry>& entries) {
    loaded.entries.push_back(entries);
  };
  const CheckResult result = check_image(image_ref(source), platform, options);
  if (!result.image) throw fault_error(result.findings);
  const CheckedImage& image = *result.image;
  expect_platform(image.config(), platform);
  if (image.layers().empty()) throw usage_error("the image has no layers");
  for (const auto& layer : image.layers()) loaded.layers.push_back(copy_layer(image.layout(), layer, store));
  loaded.inputs["oci"] = image.descriptor().digest.str();
  const auto names = settings_left_out(image);
  if (!names.empty()) {
    loaded.notices.push_back(
        fmt::format("of the image's configuration not taken over: {}", fmt::join(names, ", ")));
  }
  loaded.referrers = carry_custody(image, store);
  return loaded;
}

}  // namespace

OciLayers load_oci(const OciSource& source, const Platform& platform, BlobStore& store) {
  try {
    return with_context([&] { return load_checked(source, platform, store); }, "oci {}",
                        printable(source.layout.string()));
  } catch (const Error& error) {
    // As a source, a damaged image is a fault of the recipe's input.
    if (error.kind() != ErrorKind::verdict) throw;
    throw Error(ErrorKind::usage, error.what(), error.hint());
  }
}

}  // namespace compose
