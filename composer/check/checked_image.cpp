#include "composer/check/check_image.hpp"
#include "composer/layer/decompress.hpp"
#include "signer/error.hpp"

namespace compose {

void CheckedImage::read_layer(std::size_t position, const ByteSink& sink) const {
  const Layer& layer = layers_.at(position);
  with_context(
      [&] {
        Sha256Hasher hasher;
        Decompressor decoder(layer_compression(layer.blob.media_type).value(),
                             [&](std::span<const std::byte> bytes) {
                               hasher.update(bytes);
                               sink(bytes);
                             });
        const UniqueFd fd = layout_.open_blob(layer.blob.digest);
        stream_blob(fd.get(), layer.blob, [&](std::span<const std::byte> bytes) { decoder.feed(bytes); });
        decoder.finish();
        const DiffId found(hasher.finish());
        if (found != layer.diff_id) throw verdict_error("the tar is {}, not {}", found, layer.diff_id);
      },
      "layer {}", position);
}

}  // namespace compose
