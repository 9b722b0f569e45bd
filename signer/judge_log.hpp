// Is the log that the bundle shows what the right people signed, and is it fresh?
#pragma once

#include "signer/custody_case.hpp"

namespace compose {

// Checkpoints against the leaves and against the policy; sets how many leaves count.
void judge_checkpoints(CustodyCase& custody_case);

// Against the verifier's own log, or what it saw before; else the verdict says that freshness
// is not proven. Sets what to remember.
void judge_freshness(CustodyCase& custody_case);

}  // namespace compose
