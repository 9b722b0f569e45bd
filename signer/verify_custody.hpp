// The judge: does an image's custody satisfy a policy? Offline, runs nothing of the image's,
// and reports every finding.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "signer/custody_bundle.hpp"
#include "signer/custody_log.hpp"
#include "signer/finding.hpp"
#include "signer/trust_policy.hpp"

namespace compose {

// What `compose check` established about the image from its own bytes.
struct ImageFacts {
  struct Layer {
    DiffId diff_id;
    BlobDigest blob;
    std::uint64_t size = 0;
    std::string media_type;
  };
  BlobDigest manifest;
  BlobDigest config;
  std::string platform;  // "linux/amd64"
  std::vector<Layer> layers;
  bool custody_required = false;   // by the manifest's annotation
  std::optional<std::string> tag;  // it was asked for by
  std::optional<Sha256> tests;     // of the tests blob in the bundle
  bool marked_unsigned = false;    // built with --unsigned, says an annotation outside of the manifest
  std::string custody_fault;       // why the custody that came along cannot be read; "": it can
};

struct SignatureRow {     // who vouched, for people and JSON
  std::string principal;  // "" when no principal of the policy owns the key
  std::string team;       // as the entry claims
  Fingerprint key;
  std::string algorithm;
  std::int64_t claimed_time = 0;
  bool good = false;  // the signature counts
  std::string why_not;
};

struct StageRow {
  std::string stage;
  std::vector<std::size_t> layers;  // positions
  SignatureRow author;
  std::vector<SignatureRow> countersigned;  // passing ones; failing ones are findings
  bool satisfied = false;
};

// A previously seen state of the log, kept by the verifier.
struct SeenLog {
  EntryId custody;
  std::uint64_t size = 0;
  Sha256 root;
};

struct VerifyOptions {
  const CustodyLog* log = nullptr;  // --log: freshness against it
  const SeenLog* seen = nullptr;    // --state
  std::int64_t now = 0;             // seconds since 1970
};

struct CustodyReport {
  Findings findings;  // empty: the custody satisfies the policy
  Findings notices;   // worth knowing: unpinned keys, strangers' entries, freshness not proven, …
  std::vector<StageRow> stages;
  std::optional<SignatureRow> seal;
  std::optional<SealClaim> sealed;       // what the accepted seal says
  std::vector<std::string> layer_stage;  // by position; "" where no entry vouches
  std::vector<std::string> layer_team;
  std::optional<SeenLog> log;  // what to remember for --state
};

// `bundle` absent: no custody came with the image. Never throws for what is in the bundle.
[[nodiscard]] CustodyReport verify_custody(const ImageFacts& image, const CustodyBundle* bundle,
                                           const TrustPolicy& policy, const VerifyOptions& options);

// SeenLog as a small JSON file for --state.
[[nodiscard]] std::string encode_seen(const SeenLog& seen);
[[nodiscard]] SeenLog decode_seen(std::string_view bytes);

}  // namespace compose
