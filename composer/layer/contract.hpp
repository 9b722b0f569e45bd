// May this team write this? The contract of a team, held against a layer's entries: used when
// composing (from the stage's tree) and again at verification (from the layer's own bytes).
#pragma once

#include <string>
#include <vector>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/layer_view.hpp"
#include "signer/finding.hpp"

namespace compose {

struct Contract {
  std::string team;
  std::vector<std::string> may_write;  // globs, anchored at the image's root
};

// All breaches, as findings with code "contract" (a path outside), "contract-parent" (a
// directory outside whose attributes change), "contract-whiteout", "write-through-link",
// "contract-special" (set-id file, device or file capability by a team without the whole tree);
// at most 100, then "contract-more". `where` is left to the caller.
// `below` is the image under the layer. A new 0755 0:0 directory without xattrs that leads to a
// path the team may write is allowed: every unpacker would make it anyway. A whiteout, an opaque
// marker or a non-directory in the place of a directory needs the contract for all that it hides.
// Nothing lies below a symbolic link of the image below, unless the layer replaces the link by an
// opaque directory of its own.
[[nodiscard]] Findings contract_breaches(const std::vector<TreeEntry>& entries, const LayerView& below,
                                         const Contract& contract);

// Adds the missing parents of all entries, but not the root: with the attributes that they have
// in `below`, else 0755 0:0, and `mtime`. The result is in layer order.
void add_parents(FileTree& tree, const LayerView& below, std::int64_t mtime);

}  // namespace compose
