// A finished layer and the one pass that makes it: read, hash (diff_id), compress, hash
// (digest), write.
#pragma once

#include <cstdint>
#include <string>

#include "composer/layer/compress.hpp"
#include "composer/layer/file_tree.hpp"
#include "composer/oci/descriptor.hpp"
#include "composer/store/blobs.hpp"
#include "signer/digest.hpp"

namespace compose {

struct Layer {
  Descriptor blob;
  DiffId diff_id;
  std::uint64_t uncompressed = 0;  // bytes of tar
};

// Writes the tree as a layer into the store. Memory does not depend on the layer's size.
[[nodiscard]] Layer make_layer(const FileTree& tree, Compression compression, CompressionPool& pool,
                               BlobStore& store);

}  // namespace compose
