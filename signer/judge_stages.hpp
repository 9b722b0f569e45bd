// Did the people whom the policy asks for stand behind each stage?
#pragma once

#include <vector>

#include "signer/judge_layers.hpp"

namespace compose {

// Groups the sealed layers by stage, holds each against its rule, reports required stages that
// are not there, and fills the report's rows.
void judge_stages(CustodyCase& custody_case, const std::vector<SealedPlace>& places);

}  // namespace compose
