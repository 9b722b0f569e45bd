// One layer, read once from end to end: its blob's digest, compression, diff_id and tar.
#pragma once

#include <optional>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/tar_reader.hpp"
#include "composer/oci/layout.hpp"
#include "signer/finding.hpp"

namespace compose {

struct LayerReport {
  std::uint64_t uncompressed = 0;  // bytes of tar
  std::vector<TreeEntry> entries;  // if wanted
  Findings findings;
};

// Which layer, and how it is to be read.
struct LayerToCheck {
  std::size_t position = 0;
  Descriptor blob;
  std::optional<DiffId> diff_id = {};  // what the configuration says, if it says anything
  TarDialect dialect = TarDialect::oci;
  bool want_entries = false;
};

// Independent of other layers, so layers can be checked side by side.
[[nodiscard]] LayerReport check_layer(const Layout& layout, const LayerToCheck& layer);

}  // namespace compose
