// A signer without gpg, for tests that look at bytes and not at trust.
#pragma once

#include <string>

#include "signer/digest.hpp"
#include "signer/gpg.hpp"

namespace compose::test {

class FakeSigner final : public Signer {
 public:
  explicit FakeSigner(char digit = 'a') : primary_(*Fingerprint::from(std::string(40, digit))) {}
  [[nodiscard]] const Fingerprint& key() const override { return primary_; }
  [[nodiscard]] const Fingerprint& primary() const override { return primary_; }
  [[nodiscard]] const std::string& certificate() const override { return certificate_; }
  [[nodiscard]] std::string sign(std::string_view bytes) const override {
    return "signature of " + sha256(bytes).hex();
  }

 private:
  Fingerprint primary_;
  std::string certificate_ = "certificate";
};

}  // namespace compose::test
