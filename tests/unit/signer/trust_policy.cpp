#include "signer/trust_policy.hpp"

#include <catch2/catch.hpp>

using namespace compose;

TEST_CASE("trust_policy: the named rule, else the star, else none", "[signer][policy]") {
  TrustPolicy policy;
  CHECK(requirement_for(policy, "base") == nullptr);
  Requirement base;
  base.stage = "base";
  base.signed_by = "ops";
  Requirement rest;
  rest.stage = "*";
  rest.signed_by = "app";
  policy.requirements = {base};
  CHECK(requirement_for(policy, "other") == nullptr);
  policy.requirements = {rest, base};  // the order does not matter
  REQUIRE(requirement_for(policy, "base") != nullptr);
  CHECK(requirement_for(policy, "base")->signed_by == "ops");
  CHECK(requirement_for(policy, "other")->signed_by == "app");
}
