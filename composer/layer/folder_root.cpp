#include "composer/layer/folder_root.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <vector>

#include "composer/layer/entry_rules.hpp"
#include "composer/layer/remove_tree.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::size_t most_links = 40;    // as the kernel's own limit
constexpr std::size_t most_steps = 8192;  // components, those of links included
constexpr std::size_t most_levels = 300;  // open descriptors

[[noreturn]] void fail(std::string_view verb, std::string_view path) {
  throw errno_error(errno, fmt::format("{} '{}'", verb, shown_name(path)));
}

struct stat status_of(int fd, std::string_view path) {
  struct stat status {};
  if (::fstatat(fd, "", &status, AT_EMPTY_PATH) != 0) fail("stat", path);
  return status;
}

bool is_open_to_owner(mode_t mode) { return (mode & 0700) == 0700; }

std::string read_link(int fd, std::string_view path) {
  std::array<char, PATH_MAX> text;
  const ssize_t size = ::readlinkat(fd, "", text.data(), text.size());
  if (size < 0) fail("read link", path);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace

// One resolution by hand: what RESOLVE_IN_ROOT does, and also makes and opens folders.
class FolderRoot::Walk {
 public:
  Walk(FolderRoot& root, std::string_view path, Missing missing)
      : root_(root), whole_(path), missing_(missing) {
    push(path);
  }

  UniqueFd run() {
    for (std::size_t steps = 0; !pending_.empty(); ++steps) {
      if (steps > most_steps) refuse("too many symbolic links");
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      if (name == "..") {
        // The root is its own parent.
        if (!levels_.empty()) levels_.pop_back();
      } else if (!step(name)) {
        return {};
      }
    }
    if (!levels_.empty()) return std::move(levels_.back().fd);
    return UniqueFd(::openat(root_.fd(), ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  }

 private:
  struct Level {
    UniqueFd fd;
    std::string name;
  };

  [[noreturn]] void refuse(std::string_view why) const {
    throw verdict_error("'{}' cannot be resolved: {}", shown_name(whole_), why);
  }

  [[nodiscard]] int here() const { return levels_.empty() ? root_.fd() : levels_.back().fd.get(); }

  void push(std::string_view path) {
    while (!path.empty()) {
      const std::size_t slash = path.rfind('/');
      const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
      if (!name.empty() && name != ".") pending_.emplace_back(name);
      path = slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
    }
  }

  [[nodiscard]] UniqueFd open(const std::string& name) const {
    return UniqueFd(::openat(here(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  }

  UniqueFd make(const std::string& name) {
    if (::mkdirat(here(), name.c_str(), 0700) != 0) fail("make folder", whole_);
    UniqueFd fd = open(name);
    if (!fd) fail("open", whole_);
    if (const int error = change_mode(fd.get(), 0755); error != 0) {
      throw errno_error(error, fmt::format("change mode of '{}'", shown_name(whole_)));
    }
    return fd;
  }

  // False if there is no such folder.
  bool step(const std::string& name) {
    UniqueFd fd = open(name);
    if (!fd && errno != ENOENT) fail("open", whole_);
    if (fd) {
      const struct stat status = status_of(fd.get(), whole_);
      if (S_ISLNK(status.st_mode)) {
        follow(fd.get());
        return true;
      }
      if (!S_ISDIR(status.st_mode)) {
        fd.reset();
        if (missing_ == Missing::make) remove_tree_at(here(), name);
      }
    }
    if (!fd && missing_ == Missing::leave) return false;
    if (!fd) fd = make(name);
    enter(std::move(fd), name);
    return true;
  }

  void follow(int link) {
    if (++links_ > most_links) refuse("too many symbolic links");
    const std::string text = read_link(link, whole_);
    if (text.starts_with('/')) levels_.clear();
    push(text);
  }

  void enter(UniqueFd fd, const std::string& name) {
    if (levels_.size() >= most_levels) refuse("too deep");
    levels_.push_back({std::move(fd), name});
    const int folder = levels_.back().fd.get();
    if (is_open_to_owner(status_of(folder, whole_).st_mode)) return;
    std::string path;
    for (const Level& level : levels_) path += (path.empty() ? "" : "/") + level.name;
    root_.open_mode(folder, path);
  }

  FolderRoot& root_;
  std::string whole_;
  Missing missing_;
  std::vector<std::string> pending_;  // the next component is the last
  std::vector<Level> levels_;
  std::size_t links_ = 0;
};

FolderRoot::FolderRoot(const std::filesystem::path& folder) {
  made_ = ::mkdir(folder.c_str(), 0700) == 0;
  if (!made_ && errno != EEXIST) fail("make folder", folder.native());
  root_ = UniqueFd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!root_) fail("open folder", folder.native());
  if (!is_open_to_owner(status_of(fd(), folder.native()).st_mode)) open_mode(fd(), "");
}

// Where the kernel can do it in one call. No descriptor: walk.
UniqueFd FolderRoot::open_directly(std::string_view path) {
  if (!has_openat2_) return {};
  open_how how{};
  how.flags = O_PATH | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const std::string name = path.empty() ? "." : std::string(path);
  UniqueFd folder(static_cast<int>(::syscall(SYS_openat2, fd(), name.c_str(), &how, sizeof how)));
  // Old kernels and seccomp filters of containers.
  if (!folder && (errno == ENOSYS || errno == EPERM || errno == E2BIG)) has_openat2_ = false;
  return folder;
}

UniqueFd FolderRoot::open_folder(std::string_view path, Missing missing) {
  UniqueFd folder = open_directly(path);
  if (folder && is_open_to_owner(status_of(folder.get(), path).st_mode)) return folder;
  folder = Walk(*this, path, missing).run();
  if (!folder && missing == Missing::make) fail("open", path);
  return folder;
}

void FolderRoot::open_mode(int folder, const std::string& path) {
  const struct stat status = status_of(folder, path);
  // If it cannot be done (not ours), what needs it will fail and say so.
  if (change_mode(folder, (status.st_mode & 07777) | 0700) != 0) return;
  opened_.try_emplace(FileId(status.st_dev, status.st_ino), Opened{path, status.st_mode & 07777});
}

void FolderRoot::forget_mode(int folder) {
  const struct stat status = status_of(folder, "");
  opened_.erase(FileId(status.st_dev, status.st_ino));
}

void FolderRoot::restore_modes() {
  std::vector<std::pair<FileId, Opened>> folders(opened_.begin(), opened_.end());
  // Deepest first: a closed folder hides what lies in it.
  std::sort(folders.begin(), folders.end(),
            [](const auto& a, const auto& b) { return a.second.path.size() > b.second.path.size(); });
  for (const auto& [id, opened] : folders) {
    const UniqueFd folder = open_folder(opened.path, Missing::leave);
    if (!folder) continue;  // removed since
    const struct stat status = status_of(folder.get(), opened.path);
    if (FileId(status.st_dev, status.st_ino) != id) continue;
    if (change_mode(folder.get(), opened.mode) != 0) fail("change mode of", opened.path);
  }
  opened_.clear();
}

std::string fd_path(int fd) { return fmt::format("/proc/self/fd/{}", fd); }

int change_mode(int fd, mode_t mode) { return ::chmod(fd_path(fd).c_str(), mode) == 0 ? 0 : errno; }

}  // namespace compose
