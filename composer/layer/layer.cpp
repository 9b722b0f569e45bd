#include "composer/layer/layer.hpp"

#include "composer/layer/tar_writer.hpp"

namespace compose {

Layer make_layer(const FileTree& tree, Compression compression, CompressionPool& pool, BlobStore& store) {
  const auto writer = store.create();
  CompressStream compressed(pool, compression,
                            [&](std::span<const std::byte> bytes) { writer->write(bytes); });
  Sha256Hasher hasher;
  std::uint64_t uncompressed = 0;
  write_tar(tree, [&](std::span<const std::byte> bytes) {
    hasher.update(bytes);
    uncompressed += bytes.size();
    compressed.write(bytes);
  });
  compressed.finish();
  const StoredBlob blob = writer->finish();
  return {.blob = {.media_type = layer_media_type(compression), .digest = blob.digest, .size = blob.size},
          .diff_id = DiffId(hasher.finish()),
          .uncompressed = uncompressed};
}

}  // namespace compose
