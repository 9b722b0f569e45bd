#include "signer/log_folder.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "signer/c_handle.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr const char* incoming = ".incoming";  // the one temporary name; the lock makes it ours
constexpr int folder_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

struct SplitPath {
  std::vector<std::string> folders;
  std::string name;
};

SplitPath split(std::string_view path) {
  SplitPath parts;
  for (auto slash = path.find('/'); slash != std::string_view::npos; slash = path.find('/')) {
    parts.folders.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash + 1);
  }
  parts.name = path;
  return parts;
}

Error path_error(int error, std::string_view path) {
  if (error == ELOOP || error == ENOTDIR) {
    return verdict_error("{}: a symbolic link or file where the log has none", printable(path));
  }
  return errno_error(error, printable(path));
}

// One folder down without following a link; an invalid descriptor when it is not there.
UniqueFd enter(int folder, const std::string& name, std::string_view path) {
  UniqueFd fd(::openat(folder, name.c_str(), folder_flags | O_NOFOLLOW));
  if (!fd && errno != ENOENT) throw path_error(errno, path);
  return fd;
}

bool same_folder(int fd, const std::filesystem::path& path) {
  struct stat ours {};
  struct stat theirs {};
  return ::fstat(fd, &ours) == 0 && ::stat(path.c_str(), &theirs) == 0 && ours.st_dev == theirs.st_dev &&
         ours.st_ino == theirs.st_ino;
}

void lock(int fd) {
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) throw errno_error(errno, "lock");
  }
}

std::string read_regular(int fd, std::string_view path, std::size_t most) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw errno_error(errno, path);
  if (!S_ISREG(status.st_mode)) throw verdict_error("{}: not a regular file", path);
  // One byte more than allowed shows what is too long, whatever the size was a moment ago.
  std::string bytes(std::min(most, static_cast<std::size_t>(status.st_size)) + 1, '\0');
  bytes.resize(read_some(fd, std::as_writable_bytes(std::span(bytes)), path));
  if (bytes.size() > most) throw verdict_error("{}: larger than {} bytes", path, most);
  return bytes;
}

}  // namespace

std::optional<LogFolder> LogFolder::open(const std::filesystem::path& folder) {
  UniqueFd fd(::open(folder.c_str(), folder_flags));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw errno_error(errno, "open");
  return LogFolder(std::move(fd), folder);
}

LogFolder LogFolder::open_locked(const std::filesystem::path& folder) {
  while (true) {
    const bool made = ::mkdir(folder.c_str(), 0755) == 0;
    if (!made && errno != EEXIST) throw errno_error(errno, "make the folder");
    UniqueFd fd(::open(folder.c_str(), folder_flags));
    if (!fd && errno == ENOENT) continue;  // who made it gave it up just now
    if (!fd) throw errno_error(errno, "open");
    LogFolder opened(std::move(fd), folder);
    opened.made_ = made;
    lock(opened.fd_.get());
    // While we waited the folder may have been removed, and made anew, by another.
    if (same_folder(opened.fd_.get(), folder)) return opened;
    opened.made_ = false;
  }
}

LogFolder::~LogFolder() {
  if (!fd_ || !made_) return;
  roll_back();
  ::rmdir(path_.c_str());  // fails, and shall, when somebody else put something in
}

// The folder that `folders` lead to; an invalid descriptor when it is not there.
UniqueFd LogFolder::walk(const std::vector<std::string>& folders, std::string_view path) const {
  // Not a duplicate: reading a directory moves an offset that duplicates share.
  UniqueFd folder(::openat(fd_.get(), ".", folder_flags));
  if (!folder) throw errno_error(errno, "open");
  for (const std::string& name : folders) {
    if (folder) folder = enter(folder.get(), name, path);
  }
  return folder;
}

std::optional<std::string> LogFolder::read(std::string_view path, std::size_t most) const {
  const SplitPath parts = split(path);
  const UniqueFd folder = walk(parts.folders, path);
  if (!folder) return std::nullopt;
  const UniqueFd fd(
      ::openat(folder.get(), parts.name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd && errno == ENOENT) return std::nullopt;
  if (!fd) throw path_error(errno, path);
  return read_regular(fd.get(), path, most);
}

std::vector<std::string> LogFolder::names(std::string_view path, std::size_t most) const {
  UniqueFd folder = walk({std::string(path)}, path);
  if (!folder) return {};
  const CHandle<DIR, ::closedir> listing(::fdopendir(folder.get()));
  if (!listing) throw errno_error(errno, path);
  static_cast<void>(folder.release());  // closedir closes it
  std::vector<std::string> names;
  while (const dirent* each = ::readdir(listing.get())) {
    const std::string name = each->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == most) throw verdict_error("{}: more than {} files", path, most);
    names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

UniqueFd LogFolder::make_parent(const std::string& path) {
  UniqueFd folder = walk({}, path);
  unsynced_.insert(".");
  std::string walked;
  for (const std::string& name : split(path).folders) {
    walked += (walked.empty() ? "" : "/") + name;
    if (::mkdirat(folder.get(), name.c_str(), 0755) == 0) {
      made_in_.push_back(walked);
    } else if (errno != EEXIST) {
      throw errno_error(errno, walked);
    }
    folder = enter(folder.get(), name, walked);
    if (!folder) throw errno_error(ENOENT, walked);
    unsynced_.insert(walked);
  }
  return folder;
}

void LogFolder::place(const std::string& path, std::string_view bytes) {
  const UniqueFd parent = make_parent(path);
  ::unlinkat(fd_.get(), incoming, 0);  // left by a crash
  const UniqueFd fd(::openat(fd_.get(), incoming, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!fd) throw errno_error(errno, incoming);
  write_all(fd.get(), bytes, path);
  if (::fchmod(fd.get(), 0644) != 0 || ::fsync(fd.get()) != 0) throw errno_error(errno, path);
  if (::renameat(fd_.get(), incoming, parent.get(), split(path).name.c_str()) != 0) {
    throw errno_error(errno, path);
  }
}

void LogFolder::write(const std::string& path, std::string_view bytes) {
  place(path, bytes);
  files_.push_back(path);
}

void LogFolder::sync() {
  for (const std::string& folder : unsynced_) {
    const UniqueFd fd(::openat(fd_.get(), folder.c_str(), folder_flags));
    if (!fd || ::fsync(fd.get()) != 0) throw errno_error(errno, folder);
  }
  unsynced_.clear();
}

void LogFolder::roll_back() noexcept {
  ::unlinkat(fd_.get(), incoming, 0);
  for (const std::string& file : files_) ::unlinkat(fd_.get(), file.c_str(), 0);
  for (auto made = made_in_.rbegin(); made != made_in_.rend(); ++made) {
    ::unlinkat(fd_.get(), made->c_str(), AT_REMOVEDIR);
  }
  files_.clear();
  made_in_.clear();
}

void LogFolder::publish(const std::string& path, std::string_view bytes) {
  place(path, bytes);
  // From here on readers see it: nothing staged may be taken back, even if the sync fails.
  made_ = false;
  files_.clear();
  made_in_.clear();
  sync();
}

void LogFolder::discard(const std::string& path) noexcept {
  ::unlinkat(fd_.get(), path.c_str(), 0);
  const auto slash = path.rfind('/');
  if (slash != std::string::npos) ::unlinkat(fd_.get(), path.substr(0, slash).c_str(), AT_REMOVEDIR);
}

}  // namespace compose
