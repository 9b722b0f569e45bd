#include "composer/oci/layout_folder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "composer/oci/layout.hpp"
#include "composer/store/staged_file.hpp"
#include "signer/atomic_file.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

fs::path parent_of(const fs::path& path) {
  // "out/" has an empty last component.
  const fs::path parent = path.has_filename() ? path.parent_path() : path.parent_path().parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

// Our own hidden files are no content.
bool is_ours(const std::string& name) {
  return name == FolderLock::file_name || name.starts_with(StagedFile::hidden_prefix);
}

bool holds_nothing(const fs::path& folder) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  while (!error && entry != fs::directory_iterator()) {
    if (!is_ours(entry->path().filename().string())) return false;
    entry.increment(error);
  }
  if (error) throw errno_error(error.value(), fmt::format("read {}", folder.string()));
  return true;
}

bool is_there(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  throw errno_error(errno, fmt::format("stat {}", path.string()));
}

}  // namespace

Undo::~Undo() {
  for (auto path = made_.rbegin(); path != made_.rend(); ++path) {
    if (::unlink(path->c_str()) != 0) ::rmdir(path->c_str());
  }
}

Index index_for_update(const fs::path& folder) {
  if (!is_there(folder)) return {};
  if (!fs::is_directory(folder)) throw failure_error("{}: not a folder", folder.string());
  if (!is_there(folder / "oci-layout")) {
    if (holds_nothing(folder)) return {};
    throw Error(ErrorKind::failure, fmt::format("{}: neither empty nor an OCI image layout", folder.string()),
                "choose another output; nothing in the folder was changed");
  }
  if (!is_there(folder / "index.json")) {
    check_layout_version(folder);
    return {};
  }
  try {
    return Layout(folder).index();
  } catch (const Error& error) {
    throw Error(ErrorKind::failure, error.what(), "the layout cannot be changed before it is repaired");
  }
}

Index index_before_update(const fs::path& folder) {
  try {
    return index_for_update(folder);
  } catch (const Error&) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) throw;
  }
  const FolderLock lock(folder);
  return index_for_update(folder);
}

void make_folders(const fs::path& folder, Undo& undo) {
  if (is_there(folder)) return;
  const fs::path parent = parent_of(folder);
  make_folders(parent, undo);
  if (::mkdir(folder.c_str(), 0755) != 0) {
    const int reason = errno;
    std::error_code ignored;
    if (reason == EEXIST && !fs::is_symlink(folder, ignored)) return;  // made by somebody else just now
    throw errno_error(reason, fmt::format("create {}", folder.string()));
  }
  undo.add(folder.has_filename() ? folder : folder.parent_path());
  struct stat status {};
  if (::stat(folder.c_str(), &status) != 0 || ::chmod(folder.c_str(), (status.st_mode & 07777) | 0700) != 0) {
    throw errno_error(errno, fmt::format("create {}", folder.string()));
  }
  sync_folder(parent);
}

std::unique_ptr<FolderLock> lock_folder(const fs::path& folder, Undo& undo) {
  constexpr int most_attempts = 100;
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    make_folders(folder, undo);
    auto lock = std::make_unique<FolderLock>(folder);
    // Whoever held the lock before may have failed and taken the folder away again.
    if (lock->is_of(folder)) return lock;
  }
  throw failure_error("lock {}: the folder vanishes again and again", folder.string());
}

}  // namespace compose
