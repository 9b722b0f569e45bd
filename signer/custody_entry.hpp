// What a custody entry says (CUSTODY.md, "Statements"): in-toto Statement v1 payloads of
// predicate type urn:compose:custody:v1:<kind>, and their signed form.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "signer/digest.hpp"
#include "signer/envelope.hpp"
#include "signer/fingerprint.hpp"
#include "signer/gpg.hpp"

namespace compose {

inline constexpr std::string_view predicate_prefix = "urn:compose:custody:v1:";
inline constexpr std::size_t most_entry_bytes = 48 * 1024;  // of the envelope's line

// The image line's log begins: its id is the custody id.
struct GenesisClaim {
  std::string image;                         // "shop/web"
  std::map<std::string, Fingerprint> teams;  // team → primary key
  std::string sealing_team;
  std::string nonce;  // 32 hex digits: two logs of one name differ
  bool operator==(const GenesisClaim&) const = default;
};

// One layer of a stage. The subject is the diff_id, named "layer/<position>".
struct LayerClaim {
  DiffId diff_id;
  BlobDigest blob;
  std::uint64_t size = 0;  // of the blob, bytes
  std::string media_type;
  Sha256 stage_recipe;                        // digest of the stage's own canonical table
  std::map<std::string, std::string> inputs;  // "archive" → "sha256:…", "git" → commit, …
  std::uint64_t position = 0;                 // in the image, from 0
  std::optional<ChainId> parent_chain;        // absent for the first layer
  ChainId chain;
  bool operator==(const LayerClaim&) const = default;
};

enum class StampVerdict { pass, fail };

struct EvidenceFile {
  std::string name;
  Sha256 digest;
  std::uint64_t size = 0;
  bool operator==(const EvidenceFile&) const = default;
};

struct CountersignClaim {
  EntryId target;
  StampVerdict verdict = StampVerdict::pass;
  std::string reason;
  std::vector<EvidenceFile> evidence;
  std::optional<std::int64_t> expires;  // seconds since 1970
  bool operator==(const CountersignClaim&) const = default;
};

struct SealedLayer {
  DiffId diff_id;
  EntryId entry;  // the layer entry that vouches for it
  bool operator==(const SealedLayer&) const = default;
};

// The subject is the manifest's digest, named by the image.
struct SealClaim {
  std::string image;
  std::vector<std::string> tags;
  std::string platform;
  BlobDigest manifest;
  BlobDigest config;
  std::vector<SealedLayer> layers;
  std::map<std::string, std::vector<std::string>> contract;  // team → may_write
  std::optional<BlobDigest> tests;                           // of the tests-and-mounts blob
  std::string tests_result;                                  // "passed", "skipped" or "none"
  std::uint64_t log_size = 0;                                // that the sealer saw, before the seal
  Sha256 log_root;
  bool operator==(const SealClaim&) const = default;
};

using Claim = std::variant<GenesisClaim, LayerClaim, CountersignClaim, SealClaim>;
[[nodiscard]] std::string_view claim_kind(const Claim& claim);  // "genesis", "layer", …

// What all kinds have.
struct CustodyHeader {
  std::optional<EntryId> custody;  // the genesis entry's id; absent in the genesis itself
  std::string team;
  std::string stage;              // "" where no stage is meant
  std::vector<EntryId> parents;   // that the signer had seen and verified
  std::int64_t claimed_time = 0;  // seconds since 1970
};

struct CustodyStatement {
  CustodyHeader header;
  Fingerprint signing_key;
  Fingerprint primary_key;
  Claim claim;
};

struct CustodyEntry {
  EntryId id;
  CustodyStatement statement;
  Envelope envelope;
  std::string line;  // the envelope as stored: what the log's leaf is made of
};

// The payload: canonical JSON, one line.
[[nodiscard]] std::string encode_statement(const CustodyStatement& statement);
// Strict: unknown kinds, unknown fields, wrong types and a second spelling are verdict Errors
// (code-like message first). The subject must agree with the predicate.
[[nodiscard]] CustodyStatement decode_statement(std::string_view payload);

// Signs a claim. The entry is complete and fits the size limit, or an Error is thrown.
[[nodiscard]] CustodyEntry sign_entry(const CustodyHeader& header, const Claim& claim, const Signer& signer);

// Reads an entry's line; no signature is checked here.
[[nodiscard]] CustodyEntry decode_entry(std::string_view line);

}  // namespace compose
