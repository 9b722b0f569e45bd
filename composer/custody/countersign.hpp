// Another team's stamp on a stage: the layer's bytes and its owner's signature are checked
// first, then a countersign entry is signed and added to the image's custody (and to the log).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "composer/progress.hpp"
#include "composer/verify_image.hpp"
#include "signer/custody_entry.hpp"

namespace compose {

struct CountersignRequest {
  ImageRef image;
  std::string stage;
  const TrustPolicy* policy = nullptr;  // null: the image is trusted as it is, loudly
  std::optional<std::string> team;      // else the team that the policy gives the key
  StampVerdict verdict = StampVerdict::pass;
  std::string reason;
  std::vector<std::filesystem::path> evidence;
  std::optional<std::int64_t> expires;
  std::optional<std::filesystem::path> log;
  std::int64_t now = 0;
};

struct CountersignResult {
  Findings findings;  // not empty: nothing was signed
  BlobDigest manifest;
  std::string team;
  std::vector<EntryId> entries;  // one for each layer of the stage
};

[[nodiscard]] CountersignResult countersign(const CountersignRequest& request, const Signer& signer,
                                            Progress& progress);

}  // namespace compose
