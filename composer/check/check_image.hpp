// Is this image what the OCI specifications say? Streaming, nothing written, all faults.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/tar_reader.hpp"
#include "composer/oci/image_config.hpp"
#include "composer/oci/layout.hpp"
#include "signer/finding.hpp"

namespace compose {

// An image whose bytes are what they say: digests, sizes, diff_ids, media types, tar rules.
// Only check_image makes one.
class CheckedImage {
 public:
  struct Layer {
    Descriptor blob;
    DiffId diff_id;
    std::uint64_t uncompressed = 0;  // bytes of tar
  };
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] const Descriptor& descriptor() const { return descriptor_; }
  [[nodiscard]] const Manifest& manifest() const { return manifest_; }
  [[nodiscard]] const ImageConfig& config() const { return config_; }
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  // Streams a layer's tar. The file may have changed since: digest, size and diff_id are held
  // again, and a verdict Error after the last byte means that nothing of it may be used.
  void read_layer(std::size_t position, const ByteSink& sink) const;

 private:
  friend class ImageChecker;
  CheckedImage(Layout layout, Descriptor descriptor, Manifest manifest, ImageConfig config,
               std::vector<Layer> layers)
      : layout_(std::move(layout)),
        descriptor_(std::move(descriptor)),
        manifest_(std::move(manifest)),
        config_(std::move(config)),
        layers_(std::move(layers)) {}

  Layout layout_;
  Descriptor descriptor_;
  Manifest manifest_;
  ImageConfig config_;
  std::vector<Layer> layers_;
};

struct CheckResult {
  std::optional<CheckedImage> image;  // present exactly if there is no finding
  Findings findings;
};

struct CheckOptions {
  // Called once for each layer in order, with its entries (contracts are held against them), on
  // the thread that called check_image. Of a layer with faults the sound entries are given.
  std::function<void(std::size_t position, const std::vector<TreeEntry>& entries)> on_layer;
  // How strictly a layer's tar is read; unset: every layer by the rules of the specification
  // (TarDialect::oci). Called before on_layer, from any thread.
  std::function<TarDialect(std::size_t position)> dialect;
  unsigned threads = 0;  // 0: all cores; layers are read side by side
};

// Findings name layer ("layer 0" is the first), entry and rule. No such layout or tag is a usage
// Error. Codes: index-invalid, blob-missing, blob-size, blob-digest, manifest-invalid,
// manifest-media-type, config-invalid, config-media-type, platform, layer-limit, layer-count,
// history-count, layer-media-type, layer-compression, diff-id, tar-….
[[nodiscard]] CheckResult check_image(const ImageRef& ref, const Platform& platform,
                                      const CheckOptions& options = {});

}  // namespace compose
