// Who vouches for what, drawn in plain characters.
#pragma once

#include <string>

#include "signer/custody_bundle.hpp"

namespace compose {

// One line for each entry that stands on its own, its stamps hanging below it:
//   ops       o  layer 0 of base           sha256:8f3a…
//             |`- security: pass "scan clean"
[[nodiscard]] std::string custody_picture(const CustodyBundle& bundle);

}  // namespace compose
