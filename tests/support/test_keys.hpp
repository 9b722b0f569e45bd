// A throw-away GNUPGHOME with keys made for one test run: no passphrases, a short path under
// /tmp, its own agent, and nothing left behind.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signer/fingerprint.hpp"
#include "signer/temporary_folder.hpp"

namespace compose::test {

struct KeyOptions {
  std::string algorithm = "ed25519";  // as gpg --quick-gen-key takes it: "rsa2048", "nistp256", …
  std::string usage = "sign";         // "sign", "cert", "encr" (of a subkey), "sign,cert", …
  std::string expires = "never";      // "1d", "seconds=60", "20300101T000000", …
  std::string made_at = {};           // "20240101T000000": gpg's clock while it is made; "": now
  std::string passphrase = {};
};

class TestKeys {
 public:
  // GNUPGHOME of this process is this home as long as the object lives.
  TestKeys();
  ~TestKeys();
  TestKeys(const TestKeys&) = delete;
  TestKeys& operator=(const TestKeys&) = delete;

  [[nodiscard]] std::string home() const { return home_.path().string(); }

  // Makes a key "NAME <NAME@example.org>" and gives its primary fingerprint.
  Fingerprint make(std::string_view name, const KeyOptions& options = {});
  Fingerprint add_subkey(const Fingerprint& primary, const KeyOptions& options = {});

  void revoke(const Fingerprint& primary);
  void revoke_subkey(const Fingerprint& primary, int number);  // from 1
  void set_expiry(const Fingerprint& primary, std::string_view expires);
  void forget_secret(const Fingerprint& primary);

  [[nodiscard]] std::string certificate(const Fingerprint& primary) const;  // armored
  [[nodiscard]] std::string secret_certificate(const Fingerprint& primary) const;

  // A detached binary signature by gpg itself; `options` go in front of the command
  // ("--textmode", "--digest-algo", "SHA1", "--faked-system-time", …).
  [[nodiscard]] std::string sign(const Fingerprint& key, std::string_view bytes,
                                 const std::vector<std::string>& options = {}) const;

  // Runs gpg in this home with `input` on its standard input and gives its output. Throws a
  // failure Error with gpg's own words when it does not end with 0.
  std::string gpg(const std::vector<std::string>& arguments, std::string_view input = {}) const;

 private:
  TemporaryFolder home_;
  std::optional<std::string> callers_home_;
};

}  // namespace compose::test
