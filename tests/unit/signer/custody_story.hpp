// A good image with good custody, told by people with throw-away keys; and the same story with
// one thing wrong.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "signer/verify_custody.hpp"
#include "tests/support/test_keys.hpp"

namespace compose::test {

// The people, each with a key made when first needed. One for the whole program.
class Cast {
 public:
  static Cast& get();
  // Key options for somebody who must not have the usual key; before their first appearance.
  void describe(const std::string& person, const KeyOptions& options) { options_[person] = options; }
  [[nodiscard]] const Fingerprint& primary(const std::string& person);
  [[nodiscard]] const Signer& signer(const std::string& person);
  [[nodiscard]] std::string certificate(const std::string& person);
  TestKeys keys;

 private:
  std::map<std::string, KeyOptions> options_;
  std::map<std::string, Fingerprint> primaries_;
  std::map<std::string, std::unique_ptr<Signer>> signers_;
};

// What differs from the good story. Parts: "genesis", "layer 0" … "layer 3", "seal".
struct Script {
  std::map<std::string, std::string> by = {};  // part or "checkpoint" → person
  std::function<void(GenesisClaim&, CustodyHeader&)> genesis = {};
  std::function<void(std::size_t, LayerClaim&, CustodyHeader&)> layer = {};
  std::function<void(SealClaim&, CustodyHeader&)> seal = {};
  std::function<void(const std::string& part, CustodyEntry&)> mangle = {};  // once it is signed
};

// Stages base (layers 0 and 1, olga of ops), runtime (2, ruth), app (3, anna); sealed by rita of
// release; sam and sue are of security, otto of ops too, mallory of nothing.
struct Story {
  ImageFacts image;
  CustodyBundle bundle;
  TrustPolicy policy;
  VerifyOptions options;

  [[nodiscard]] CustodyReport verify() const { return verify_custody(image, &bundle, policy, options); }
  [[nodiscard]] std::set<std::string> findings() const;  // codes
  [[nodiscard]] std::set<std::string> notices() const;

  [[nodiscard]] EntryId custody() const { return bundle.entries.front().entry.id; }
  [[nodiscard]] EntryId entry(std::size_t i) const { return bundle.entries.at(i).entry.id; }
  // Signed, at the log's end, but under no checkpoint yet.
  EntryId log(const CustodyHeader& header, const Claim& claim, const Signer& signer);
  void log(CustodyEntry entry);
  void sign_log(const std::string& person);  // another checkpoint
  // A countersignature in the log, and a checkpoint over it.
  EntryId stamp(std::size_t target, const std::string& person, const std::string& team,
                StampVerdict verdict = StampVerdict::pass, std::optional<std::int64_t> expires = {});
  // The same outside of the log.
  void stamp_unlogged(std::size_t target, const std::string& person, const std::string& team);
  Requirement& rule(const std::string& stage);
  void trust(const std::string& person, const std::string& team);
};

[[nodiscard]] Story tell(const Script& script = {});
[[nodiscard]] Story good_story();  // the same each time: told once

[[nodiscard]] std::set<std::string> codes(const Findings& findings);

}  // namespace compose::test
