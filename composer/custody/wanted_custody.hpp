// What the custody log must say of a built image, and what of it the log says already.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "composer/assemble.hpp"
#include "signer/custody_log.hpp"

namespace compose {

// A team's certificate as the recipe names it.
struct TeamKey {
  std::string certificate;  // the file's bytes
  std::string origin;       // the file's path
  Fingerprint primary;
};

// Reads the key files of all teams, without gpg. Usage Errors with the team's position: a
// missing file, more than one certificate in one file.
[[nodiscard]] std::map<std::string, TeamKey> read_team_keys(const Recipe& recipe);

struct WantedLayer {
  std::string stage;
  std::string team;
  LayerClaim claim;
};

struct WantedCustody {
  std::string image;
  std::string sealing_team;
  std::vector<WantedLayer> layers;
  SealClaim seal;  // its layers' entries and its log fields are filled in when signing
};

[[nodiscard]] WantedCustody want_custody(const Recipe& recipe, const std::vector<BuiltStage>& stages,
                                         const AssembledImage& image, const std::vector<std::string>& tags,
                                         const std::optional<BlobDigest>& tests,
                                         const std::string& tests_result);

// Entries of the log that say what is wanted, by the teams' keys of today.
struct KnownCustody {
  std::optional<EntryId> genesis;
  std::vector<std::optional<EntryId>> layers;  // by position
  std::optional<EntryId> seal;                 // a "passed" seal also serves where "skipped" is wanted
  bool tests_passed = false;                   // the seal's word
};

// Throws a usage Error when the log belongs to another image.
[[nodiscard]] KnownCustody match_custody(const CustodyLog& log, const WantedCustody& wanted,
                                         const std::map<std::string, TeamKey>& keys);

}  // namespace compose
