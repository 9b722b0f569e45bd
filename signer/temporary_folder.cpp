#include "signer/temporary_folder.hpp"

#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include "signer/error.hpp"

namespace compose {

namespace {

std::mutex alive_lock;
std::set<std::filesystem::path>& alive() {
  static std::set<std::filesystem::path> folders;
  return folders;
}

// Folders that an unpacked layer left read-only are opened up first.
void remove_folder(const std::filesystem::path& folder) noexcept {
  std::error_code ignored;
  if (std::filesystem::remove_all(folder, ignored) != static_cast<std::uintmax_t>(-1)) return;
  using Walk = std::filesystem::recursive_directory_iterator;
  using Perms = std::filesystem::perms;
  std::filesystem::permissions(folder, Perms::owner_all, ignored);
  for (Walk at(folder, std::filesystem::directory_options::skip_permission_denied, ignored), end;
       !ignored && at != end; at.increment(ignored)) {
    if (at->is_directory(ignored) && !at->is_symlink(ignored)) {
      std::filesystem::permissions(at->path(), Perms::owner_all, ignored);
    }
  }
  std::filesystem::remove_all(folder, ignored);
}

std::filesystem::path default_parent() {
  const char* chosen = std::getenv("TMPDIR");  // NOLINT: read only
  // The socket of a gpg-agent must fit into 108 bytes together with the folder's name.
  if (chosen != nullptr && *chosen == '/' && std::string_view(chosen).size() < 50) return chosen;
  return "/tmp";
}

}  // namespace

TemporaryFolder::TemporaryFolder(std::string_view name, const std::filesystem::path& parent) {
  std::string pattern =
      ((parent.empty() ? default_parent() : parent) / fmt::format("{}.XXXXXX", name)).string();
  const std::scoped_lock lock(alive_lock);
  if (::mkdtemp(pattern.data()) == nullptr) throw errno_error(errno, fmt::format("create {}", pattern));
  path_ = pattern;
  alive().insert(path_);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
  if (this != &other) {
    remove();
    path_ = std::exchange(other.path_, {});
  }
  return *this;
}

TemporaryFolder::~TemporaryFolder() { remove(); }

std::filesystem::path TemporaryFolder::release() {
  const std::scoped_lock lock(alive_lock);
  alive().erase(path_);
  return std::exchange(path_, {});
}

void TemporaryFolder::remove() noexcept {
  if (path_.empty()) return;
  remove_folder(path_);
  const std::scoped_lock lock(alive_lock);
  alive().erase(path_);
}

void remove_temporary_folders() noexcept {
  const std::scoped_lock lock(alive_lock);
  for (const auto& folder : alive()) remove_folder(folder);
  alive().clear();
}

}  // namespace compose
