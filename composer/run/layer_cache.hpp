// Layers unpacked once, each in a folder of its own named by diff_id, as lower directories for
// overlayfs; shared by all images that share layers.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "signer/byte_sink.hpp"
#include "signer/digest.hpp"

namespace compose {

// A layer that can be streamed, uncompressed.
struct LayerStream {
  DiffId diff_id;
  std::function<void(const ByteSink&)> read;
};

class LayerCache {
 public:
  // The user's cache: $XDG_CACHE_HOME/compose, else ~/.cache/compose, else a private temporary
  // folder that goes away with this object's process.
  [[nodiscard]] static LayerCache of_user();
  explicit LayerCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // The unpacked folders, in the order asked for, without those below a layer that hides all
  // that lies below it. What is missing is unpacked side by side, checked against its diff_id,
  // and appears whole or not at all.
  [[nodiscard]] std::vector<std::filesystem::path> unpack(const std::vector<LayerStream>& layers,
                                                          unsigned threads) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace compose
