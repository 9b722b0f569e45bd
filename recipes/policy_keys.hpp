// The keys of a policy's people: "FILE", "FILE#FINGERPRINT" or a bare fingerprint.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "recipes/toml_table.hpp"
#include "signer/fingerprint.hpp"
#include "signer/trust_policy.hpp"

namespace compose {

// Reads keys and knows whose they are: one key stands for one person, or counting people
// would mean nothing.
class PolicyKeys {
 public:
  explicit PolicyKeys(const std::filesystem::path& folder) : folder_(folder) {}

  // The key as a value, its certificate read into it. What is wrong (no such file, not one
  // public certificate, another fingerprint than the pinned one, a key of somebody else) is
  // a fault at its place, and nothing comes back.
  [[nodiscard]] std::optional<TrustedKey> read(const LocatedText& text, const std::string& principal,
                                               Faults& faults);

 private:
  void claim(const Fingerprint& primary, const LocatedText& text, const std::string& principal,
             Faults& faults);

  std::filesystem::path folder_;
  std::map<Fingerprint, std::string> owners_;  // primary key → principal
};

}  // namespace compose
