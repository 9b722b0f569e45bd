// One statement of each kind, and its exact payload: the vectors of CUSTODY.md.
#pragma once

#include <string>
#include <vector>

#include "signer/custody_entry.hpp"

namespace compose::test {

struct ExampleStatement {
  std::string kind;
  CustodyStatement statement;
  std::string payload;  // as CUSTODY.md prints it
  std::string id;       // of an entry with this payload
};

[[nodiscard]] std::vector<ExampleStatement> example_statements();

}  // namespace compose::test
