// First steps of the judge: which entries are there at all, and are their signatures good.
#pragma once

#include "signer/custody_case.hpp"

namespace compose {

// Takes the bundle's entries in: decoded again from their lines, one for each id, held against
// the leaves, of one custody log. With --log, countersignatures that the verifier's own log has
// and the bundle leaves out are taken in too, and reported.
void admit_entries(CustodyCase& custody_case);

// The genesis entry: one, at the log's beginning, of the policy's image and sealing team.
void judge_genesis(CustodyCase& custody_case);

// Entries that no rule asked for: strangers' are told, forgeries are findings.
void judge_unused(CustodyCase& custody_case);

}  // namespace compose
