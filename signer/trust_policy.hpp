// Whom a release engineer believes: the values of policy.toml (parsed in recipes/parse_policy).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "signer/digest.hpp"
#include "signer/fingerprint.hpp"

namespace compose {

struct TrustedKey {
  std::string origin;                 // as written, for reports: "keys/ops.asc#0123…"
  std::string certificate;            // the file's bytes; empty for a bare fingerprint
  std::optional<Fingerprint> pinned;  // absent: an unpinned file, which is reported
};

// One person (or robot): counted once, whatever number of keys.
struct Principal {
  std::string name;
  std::vector<TrustedKey> keys;
};

struct Requirement {
  std::string stage;      // "*" covers what no named rule covers
  std::string signed_by;  // a team
  int threshold = 1;      // author plus passing countersignatures by other people of that team
  std::optional<std::string> countersigned_by;
  int countersign_threshold = 1;
  std::optional<std::vector<std::string>> may_write;
};

struct TrustPolicy {
  std::string file;
  Sha256 digest;  // of the policy file's bytes
  std::string image_name;
  std::map<std::string, Principal> principals;
  std::map<std::string, std::vector<std::string>> teams;  // team → principals
  std::vector<Requirement> requirements;
  std::string seal_signed_by;              // a team
  std::vector<std::string> log_signed_by;  // teams whose checkpoints count besides the sealing one
};

// The rule for a stage: the named one, else "*", else none.
[[nodiscard]] const Requirement* requirement_for(const TrustPolicy& policy, const std::string& stage);

}  // namespace compose
