// What a statement may say, beyond its types (CUSTODY.md, "Statements"): names, ranges, and the
// agreement of its parts.
#pragma once

#include <optional>
#include <string>

#include "signer/custody_entry.hpp"

namespace compose {

// The first rule that the statement breaks, as "FIELD: why", or nothing.
[[nodiscard]] std::optional<std::string> statement_fault(const CustodyStatement& statement);

}  // namespace compose
