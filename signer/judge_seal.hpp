// Does a seal of the right people say that this image is what it is?
#pragma once

#include "signer/custody_case.hpp"

namespace compose {

// The seal to hold the image against: of those for its manifest the one with the least against
// its signature, then against what it says, the latest of equals; without any for its manifest,
// of all. Reports what is against it, and the accepted seal. Null when there is no seal at all.
[[nodiscard]] const JudgedEntry* judge_seal(CustodyCase& custody_case);

// A contract that lets a team write more than the policy allows it.
void judge_contract(CustodyCase& custody_case, const SealClaim& seal);

}  // namespace compose
