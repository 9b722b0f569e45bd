#include "tests/support/test_keys.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/unique_fd.hpp"

extern char** environ;  // NOLINT: POSIX

namespace compose::test {

namespace {

constexpr std::size_t most_output = 16u << 20;

struct Spawned {
  int status = 0;
  std::string output;
  std::string complaint;
};

class FileActions {
 public:
  FileActions() { ::posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  void open(int fd, const std::string& path, int flags) {
    ::posix_spawn_file_actions_addopen(&actions_, fd, path.c_str(), flags, 0600);
  }
  [[nodiscard]] const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

// Files instead of pipes: nothing can block, whatever the sizes.
Spawned spawn(const std::vector<std::string>& command, std::string_view input) {
  const TemporaryFolder scratch("compose-spawn");
  const auto file = [&](const char* name) { return (scratch.path() / name).string(); };
  replace_file(file("in"), input, 0600);
  FileActions actions;
  actions.open(0, file("in"), O_RDONLY);
  actions.open(1, file("out"), O_WRONLY | O_CREAT | O_TRUNC);
  actions.open(2, file("err"), O_WRONLY | O_CREAT | O_TRUNC);
  std::vector<char*> argv;
  for (const std::string& word : command)
    argv.push_back(const_cast<char*>(word.c_str()));  // NOLINT: exec's type
  argv.push_back(nullptr);
  pid_t child = 0;
  const int error = ::posix_spawnp(&child, argv[0], actions.get(), nullptr, argv.data(), environ);
  if (error != 0) throw errno_error(error, command.front());
  Spawned result;
  while (::waitpid(child, &result.status, 0) < 0) {
    if (errno != EINTR) throw errno_error(errno, "wait for gpg");
  }
  result.output = read_file(file("out"), most_output);
  result.complaint = read_file(file("err"), most_output);
  return result;
}

std::string user_id(std::string_view name) { return fmt::format("{} <{}@example.org>", name, name); }

// The fingerprints of `kind` records ("pub", "sub") in gpg's colon listing, in order.
std::vector<Fingerprint> listed(const std::string& colons, std::string_view kind) {
  std::vector<Fingerprint> found;
  bool wanted = false;
  for (std::size_t begin = 0; begin < colons.size();) {
    const std::size_t end = std::min(colons.find('\n', begin), colons.size());
    const std::string_view line = std::string_view(colons).substr(begin, end - begin);
    begin = end + 1;
    if (!line.starts_with("fpr:")) {
      wanted = line.starts_with(std::string(kind) + ":");
    } else if (wanted) {
      const std::string_view digits = line.substr(line.find_first_not_of("fpr:"));
      found.push_back(Fingerprint::from(digits.substr(0, digits.find(':'))).value());
    }
  }
  return found;
}

void append_options(std::vector<std::string>& arguments, const KeyOptions& options) {
  if (!options.made_at.empty()) {
    arguments.insert(arguments.end(), {"--faked-system-time", options.made_at + "!"});
  }
  arguments.insert(arguments.end(), {"--passphrase", options.passphrase});
}

}  // namespace

TestKeys::TestKeys() : home_("ck", "/tmp") {
  if (const char* callers = std::getenv("GNUPGHOME"); callers != nullptr) callers_home_ = callers;  // NOLINT
  ::setenv("GNUPGHOME", home().c_str(), 1);                                                         // NOLINT
  replace_file(home_.path() / "gpg-agent.conf", "allow-loopback-pinentry\ndisable-scdaemon\n", 0600);
}

TestKeys::~TestKeys() {
  try {
    static_cast<void>(spawn({"gpgconf", "--homedir", home(), "--kill", "all"}, {}));
  } catch (const Error&) {  // NOLINT: without gpgconf there was no agent either
  }
  if (callers_home_) {
    ::setenv("GNUPGHOME", callers_home_->c_str(), 1);  // NOLINT
  } else {
    ::unsetenv("GNUPGHOME");  // NOLINT
  }
}

std::string TestKeys::gpg(const std::vector<std::string>& arguments, std::string_view input) const {
  std::vector<std::string> command{"gpg",     "--homedir",       home(),    "--batch", "--no-tty", "--yes",
                                   "--quiet", "--pinentry-mode", "loopback"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Spawned result = spawn(command, input);
  if (!WIFEXITED(result.status) || WEXITSTATUS(result.status) != 0) {
    throw failure_error("gpg {}: {}", fmt::join(arguments, " "), result.complaint);
  }
  return std::move(result.output);
}

Fingerprint TestKeys::make(std::string_view name, const KeyOptions& options) {
  std::vector<std::string> arguments;
  append_options(arguments, options);
  arguments.insert(arguments.end(),
                   {"--quick-gen-key", user_id(name), options.algorithm, options.usage, options.expires});
  gpg(arguments);
  return listed(gpg({"--with-colons", "--list-keys", "=" + user_id(name)}), "pub").back();
}

Fingerprint TestKeys::add_subkey(const Fingerprint& primary, const KeyOptions& options) {
  std::vector<std::string> arguments;
  append_options(arguments, options);
  arguments.insert(arguments.end(),
                   {"--quick-add-key", primary.hex(), options.algorithm, options.usage, options.expires});
  gpg(arguments);
  return listed(gpg({"--with-colons", "--list-keys", primary.hex()}), "sub").back();
}

void TestKeys::revoke(const Fingerprint& primary) {
  std::string upper = primary.hex();
  for (char& c : upper) c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string revocation = read_file(home_.path() / "openpgp-revocs.d" / (upper + ".rev"), most_output);
  // gpg puts a colon before the armor, against accidents.
  revocation.erase(0, revocation.find(":-----BEGIN") + 1);
  gpg({"--import"}, revocation);
}

void TestKeys::revoke_subkey(const Fingerprint& primary, int number) {
  gpg({"--command-fd", "0", "--status-fd", "1", "--no-batch", "--edit-key", primary.hex()},
      fmt::format("key {}\nrevkey\ny\n0\n\ny\nsave\n", number));
}

void TestKeys::set_expiry(const Fingerprint& primary, std::string_view expires) {
  gpg({"--quick-set-expire", primary.hex(), std::string(expires)});
}

void TestKeys::forget_secret(const Fingerprint& primary) { gpg({"--delete-secret-keys", primary.hex()}); }

std::string TestKeys::certificate(const Fingerprint& primary) const {
  return gpg({"--armor", "--export", primary.hex()});
}

std::string TestKeys::secret_certificate(const Fingerprint& primary) const {
  return gpg({"--armor", "--export-secret-keys", primary.hex()});
}

std::string TestKeys::sign(const Fingerprint& key, std::string_view bytes,
                           const std::vector<std::string>& options) const {
  std::vector<std::string> arguments = options;
  arguments.insert(arguments.end(), {"--local-user", key.hex() + "!", "--detach-sign"});
  return gpg(arguments, bytes);
}

}  // namespace compose::test
