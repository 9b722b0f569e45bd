// A folder as a source. It is walked by descriptors and never by names that somebody could
// swap for a link; only the source path itself may be a symbolic link.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <set>

#include "composer/source/dir_contents.hpp"
#include "composer/source/exclude_rules.hpp"
#include "composer/source/open_beneath.hpp"
#include "composer/source/read_xattrs.hpp"
#include "composer/source/source.hpp"
#include "signer/c_handle.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::size_t most_entries = 1'000'000;

struct FileId {
  dev_t device;
  ino_t inode;
  auto operator<=>(const FileId&) const = default;
  static FileId of(const struct stat& status) { return {status.st_dev, status.st_ino}; }
};

using OpenDir = CHandle<DIR, ::closedir>;

class DirWalk {
 public:
  DirWalk(const Stage& stage, const std::filesystem::path& folder, const SourceContext& context)
      : stage_(stage), name_(folder.string()), exclude_(stage.exclude) {
    open_root();
    for (const auto& path : context.never) {
      struct stat status {};
      if (::stat(path.c_str(), &status) == 0) never_.insert(FileId::of(status));
    }
    if (never_.contains(root_id_)) {
      throw usage_error("{}: the output, the log and the lock are no sources", printable(name_));
    }
  }

  SourceTree load() {
    waiting_.push_back({"", root_id_});
    while (!waiting_.empty()) {
      const Folder folder = std::move(waiting_.back());
      waiting_.pop_back();
      list(folder);
    }
    loaded_.tree.contents = contents_;
    normalise_tree(loaded_.tree, most_entries);
    exclude_.tell_unused(loaded_.notices);
    for (const auto& xattr : left_out_) {
      loaded_.notices.push_back(
          fmt::format("xattr '{}' says something about this machine: left out", printable(xattr)));
    }
    return std::move(loaded_);
  }

 private:
  struct Folder {
    std::string path;  // "" is the root
    FileId id;
  };

  void open_root();
  void list(const Folder& folder);
  void add(int parent, const Folder& folder, const char* name);
  void add_file(TreeEntry entry, const struct stat& status);
  [[nodiscard]] Attributes attributes_of(const std::string& path, const struct stat& status);
  [[nodiscard]] UniqueFd open_folder(const Folder& folder) const;
  [[nodiscard]] std::string text_of_link(int parent, const char* name, const std::string& path) const;
  [[nodiscard]] std::string full(const std::string& path) const {
    return printable(path.empty() ? name_ : name_ + "/" + path);
  }
  [[nodiscard]] Error changed(const std::string& path) const {
    return failure_error("{}: changed while it was read", full(path));
  }

  const Stage& stage_;
  std::string name_;
  ExcludeRules exclude_;
  FileId root_id_{};
  std::set<FileId> never_;
  std::shared_ptr<DirContents> contents_;
  std::vector<Folder> waiting_;
  std::map<FileId, std::string> linked_;  // files of several names → the first name seen
  std::set<std::string> left_out_;        // names of xattrs
  SourceTree loaded_;
};

void DirWalk::open_root() {
  UniqueFd root(::open(name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) {
    const int fault = errno;
    Error error = errno_error(fault, fmt::format("open {}", printable(name_)), ErrorKind::usage);
    if (fault == ENOTDIR) error.set_hint("a dir source is a folder; for an archive write { archive = … }");
    throw error;
  }
  struct stat status {};
  if (::fstat(root.get(), &status) != 0) throw errno_error(errno, fmt::format("stat {}", printable(name_)));
  root_id_ = FileId::of(status);
  contents_ = std::make_shared<DirContents>(std::move(root), name_);
  loaded_.root = attributes_of("", status);
  loaded_.root_stated = stage_.mode == ModeRule::keep || !loaded_.root.xattrs.empty();
}

UniqueFd DirWalk::open_folder(const Folder& folder) const {
  const std::string path = folder.path.empty() ? "." : folder.path;
  UniqueFd fd = open_beneath(contents_->root(), path, O_RDONLY | O_DIRECTORY);
  if (!fd) throw errno_error(errno, fmt::format("open {}", full(folder.path)), ErrorKind::usage);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw errno_error(errno, fmt::format("stat {}", full(folder.path)));
  if (FileId::of(status) != folder.id) throw changed(folder.path);
  return fd;
}

void DirWalk::list(const Folder& folder) {
  if (!folder.path.empty()) check_entry_path(folder.path);  // before a deep path costs anything
  UniqueFd fd = open_folder(folder);
  const OpenDir dir(::fdopendir(fd.get()));
  if (!dir) throw errno_error(errno, fmt::format("read {}", full(folder.path)));
  const int parent = fd.release();  // the DIR owns it now
  for (;;) {
    errno = 0;
    const dirent* found = ::readdir(dir.get());
    if (found == nullptr) break;
    const std::string_view name(found->d_name);
    // A ".git" at any depth is another repository's, or ours: never content.
    if (name != "." && name != ".." && name != ".git") add(parent, folder, found->d_name);
  }
  if (errno != 0) throw errno_error(errno, fmt::format("read {}", full(folder.path)));
}

void DirWalk::add(int parent, const Folder& folder, const char* name) {
  TreeEntry entry;
  entry.path = folder.path.empty() ? name : folder.path + "/" + name;
  if (exclude_.match(entry.path)) return;
  struct stat status {};
  if (::fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    throw errno == ENOENT ? changed(entry.path)
                          : errno_error(errno, fmt::format("stat {}", full(entry.path)));
  }
  if (never_.contains(FileId::of(status))) return;
  if (loaded_.tree.entries.size() >= most_entries) {
    throw usage_error("{}: more than {} entries", printable(name_), most_entries);
  }
  switch (status.st_mode & S_IFMT) {
    case S_IFREG:
      return add_file(std::move(entry), status);
    case S_IFDIR:
      entry.type = EntryType::directory;
      waiting_.push_back({entry.path, FileId::of(status)});
      break;
    case S_IFLNK:
      entry.type = EntryType::symlink;
      entry.link = text_of_link(parent, name, entry.path);
      break;
    default:
      throw Error(ErrorKind::usage,
                  fmt::format("{}: neither file, folder nor symbolic link", full(entry.path)),
                  fmt::format("leave it out: exclude = [\"{}\"]", printable(entry.path)));
  }
  entry.attributes = attributes_of(entry.path, status);
  loaded_.tree.entries.push_back(std::move(entry));
}

void DirWalk::add_file(TreeEntry entry, const struct stat& status) {
  entry.attributes = attributes_of(entry.path, status);
  if (status.st_nlink > 1) {
    const auto [first, is_first] = linked_.emplace(FileId::of(status), entry.path);
    if (!is_first) {
      entry.type = EntryType::hardlink;
      entry.link = first->second;
      loaded_.tree.entries.push_back(std::move(entry));
      return;
    }
  }
  entry.size = static_cast<std::uint64_t>(status.st_size);
  entry.content = contents_->add(entry.path, FileStamp::of(status));
  loaded_.tree.entries.push_back(std::move(entry));
}

Attributes DirWalk::attributes_of(const std::string& path, const struct stat& status) {
  Attributes attributes;  // 0755, 0:0
  if (S_ISLNK(status.st_mode)) {
    attributes.mode = 0777;
    return attributes;
  }
  if (stage_.mode == ModeRule::keep) {
    attributes.mode = status.st_mode & 07777;
  } else if (S_ISREG(status.st_mode) && (status.st_mode & S_IXUSR) == 0) {
    attributes.mode = 0644;
  }
  if (!stage_.xattrs) return attributes;
  const std::string inside = path.empty() ? "." : path;
  const UniqueFd fd = open_beneath(contents_->root(), inside, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!fd) throw errno_error(errno, fmt::format("open {}", full(path)), ErrorKind::usage);
  attributes.xattrs = read_xattrs(fd.get(), full(path), left_out_);
  return attributes;
}

std::string DirWalk::text_of_link(int parent, const char* name, const std::string& path) const {
  std::string text(PATH_MAX, '\0');
  const ssize_t size = ::readlinkat(parent, name, text.data(), text.size());
  if (size < 0)
    throw errno == EINVAL ? changed(path) : errno_error(errno, fmt::format("read {}", full(path)));
  if (static_cast<std::size_t>(size) == text.size()) {
    throw usage_error("{}: a symbolic link of more than {} bytes", full(path), PATH_MAX - 1);
  }
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

SourceTree load_dir(const Stage& stage, const DirSource& source, const SourceContext& context) {
  return DirWalk(stage, source.path, context).load();
}

}  // namespace compose
