// Are the image's layers the sealed ones, and does an entry vouch for each?
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "signer/custody_case.hpp"

namespace compose {

struct SealedPlace {
  std::size_t position = 0;             // in the seal
  std::optional<std::size_t> in_image;  // position of the same layer in the image
  const JudgedEntry* entry = nullptr;   // the layer entry that vouches for it
  bool sound = false;                   // nothing but its signature is left to judge
};

// One for each layer of the seal, in order. Reports layers added, missing, swapped, recompressed,
// vouched for by nothing, at another position or on another stack than their entry says.
[[nodiscard]] std::vector<SealedPlace> judge_layers(CustodyCase& custody_case, const SealClaim& seal);

}  // namespace compose
