#include "signer/trust_policy.hpp"

#include <algorithm>

namespace compose {

namespace {

const Requirement* rule_named(const TrustPolicy& policy, const std::string& stage) {
  const auto rule = std::find_if(policy.requirements.begin(), policy.requirements.end(),
                                 [&](const Requirement& each) { return each.stage == stage; });
  return rule == policy.requirements.end() ? nullptr : &*rule;
}

}  // namespace

const Requirement* requirement_for(const TrustPolicy& policy, const std::string& stage) {
  const Requirement* named = rule_named(policy, stage);
  return named != nullptr ? named : rule_named(policy, "*");
}

}  // namespace compose
