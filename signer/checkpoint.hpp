// C2SP tlog-checkpoint in a C2SP signed-note, with an OpenPGP signature (signature type 0xff,
// identifier in CUSTODY.md, "Checkpoints").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "signer/digest.hpp"
#include "signer/fingerprint.hpp"
#include "signer/gpg.hpp"

namespace compose {

struct Checkpoint {
  std::string origin;  // "compose.custody/<custody id hex>"
  std::uint64_t size = 0;
  Sha256 root;
};

struct CheckpointSignature {
  std::string name;       // the primary fingerprint, hex
  std::string signature;  // binary OpenPGP, over the note's text
};

struct SignedCheckpoint {
  Checkpoint checkpoint;
  std::string text;  // the signed bytes: the note's body with its last line feed
  std::vector<CheckpointSignature> signatures;
  std::string note;  // the whole, as stored
};

[[nodiscard]] std::string checkpoint_origin(const EntryId& custody);
[[nodiscard]] SignedCheckpoint sign_checkpoint(const Checkpoint& checkpoint, const Signer& signer);
// Throws verdict Errors. Signatures of unknown types are ignored, as signed-note demands.
[[nodiscard]] SignedCheckpoint decode_checkpoint(std::string_view note);

}  // namespace compose
