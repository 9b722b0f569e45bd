// Hard links inside one layer: the first name in order is the file, all others link to it.
#pragma once

#include <vector>

#include "composer/layer/file_tree.hpp"

namespace compose {

// `entries` are in layer order and without duplicates. Links may go to other links, in any
// order. Throws usage Errors: a link to nothing, to what is no regular file, in a circle.
void rehome_hard_links(std::vector<TreeEntry>& entries);

}  // namespace compose
