#include "signer/gnupg_home.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>
#include <system_error>

#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

// A socket's address has 108 bytes, and "/S.gpg-agent.browser" and a NUL must fit behind the
// home: gpg-agent does not start without that socket (measured: 86 works, 87 does not).
constexpr std::size_t longest_home = 86;

constexpr std::string_view private_configuration =
    "batch\n"
    "no-tty\n"
    "no-autostart\n"
    "no-auto-key-locate\n"
    "no-auto-key-retrieve\n"
    "disable-dirmngr\n"
    "trust-model always\n"
    "no-auto-check-trustdb\n";

fs::path default_home() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {  // NOLINT: read only
    return fs::path(home) / ".gnupg";
  }
  const passwd* user = ::getpwuid(::getuid());  // NOLINT: at the start of a signer, not in parallel
  if (user == nullptr || user->pw_dir == nullptr) {
    throw failure_error("neither GNUPGHOME nor HOME is set, so there is no key ring to sign with");
  }
  return fs::path(user->pw_dir) / ".gnupg";
}

// With a per-user run-time folder the sockets live there, and the home may be of any length.
bool sockets_live_elsewhere() {
  std::error_code ignored;
  return fs::is_directory(fmt::format("/run/user/{}", ::getuid()), ignored);
}

void check_home(const fs::path& home) {
  const std::string shown = printable(home.string());
  std::error_code status;
  if (!fs::is_directory(home, status)) {
    throw Error(ErrorKind::failure, fmt::format("GNUPGHOME {}: no such folder", shown),
                "set GNUPGHOME to the folder that holds the teams' secret keys");
  }
  const std::size_t length = fs::absolute(home).string().size();
  if (length > longest_home && !sockets_live_elsewhere()) {
    throw Error(ErrorKind::failure,
                fmt::format("GNUPGHOME {}: {} bytes is too long for gpg-agent's socket (most: {})", shown,
                            length, longest_home),
                "use a shorter path, for example a symbolic link in /tmp");
  }
}

}  // namespace

fs::path callers_gnupg_home() {
  const char* chosen = std::getenv("GNUPGHOME");  // NOLINT: read only
  fs::path home = chosen != nullptr && *chosen != '\0' ? fs::path(chosen) : default_home();
  check_home(home);
  return home;
}

TemporaryFolder make_private_gnupg_home() {
  TemporaryFolder home("compose-ring");
  replace_file(home.path() / "gpg.conf", private_configuration, 0600);
  return home;
}

}  // namespace compose
