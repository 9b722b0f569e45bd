#include "composer/layer/disk_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "composer/layer/disk_attributes.hpp"
#include "composer/layer/entry_rules.hpp"
#include "composer/layer/remove_tree.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr mode_t while_filling = 0700;

std::string last_component(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::ptrdiff_t depth_of(const std::string& path) {
  return path.empty() ? 0 : 1 + std::count(path.begin(), path.end(), '/');
}

[[noreturn]] void fail(std::string_view what) { throw errno_error(errno, what); }

bool is_directory_at(int folder, const std::string& name) {
  struct stat status {};
  return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

void DiskWriter::make(const TreeEntry& entry) {
  switch (entry.type) {
    case EntryType::file:
      return make_file(entry);
    case EntryType::directory:
      return make_directory(entry);
    case EntryType::symlink:
      return make_symlink(entry);
    case EntryType::hardlink:
      return make_hard_link(entry);
    case EntryType::char_device:
    case EntryType::block_device:
      return make_device(entry);
    case EntryType::fifo:
      return make_fifo(entry);
    case EntryType::whiteout:
    case EntryType::opaque:
      return;
  }
}

// The open parent of `path`; made if it is missing.
int DiskWriter::parent_of(const std::string& path) {
  const std::string_view folder = parent_path(path);
  if (has_parent_ && parent_path_ == folder) return parent_.get();
  has_parent_ = false;
  parent_ = root_.open_folder(folder, FolderRoot::Missing::make);
  parent_path_ = folder;
  has_parent_ = true;
  return parent_.get();
}

// The parent that is kept open may be gone with what is removed.
void DiskWriter::clear_way(int folder, const std::string& name) {
  remove_tree_at(folder, name);
  has_parent_ = false;
}

// `make_it(folder, name)` is a system call: false leaves errno. Never writes over what is there.
template <typename Make>
void DiskWriter::make_new(const std::string& path, Make make_it) {
  const int folder = parent_of(path);
  const std::string name = last_component(path);
  if (make_it(folder, name.c_str())) return;
  if (errno != EEXIST) fail("create");
  clear_way(folder, name);
  if (!make_it(folder, name.c_str())) fail("create");
}

void DiskWriter::put_attributes_at(const TreeEntry& entry) {
  const std::string name = last_component(entry.path);
  const UniqueFd fd(::openat(parent_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) fail("open");
  put_attributes(fd.get(), entry, options_, summary_);
}

void DiskWriter::make_directory(const TreeEntry& entry) {
  if (!entry.path.empty()) {
    make_new(entry.path, [](int folder, const char* name) {
      if (::mkdirat(folder, name, while_filling) == 0) return true;
      // A directory over a directory keeps what is in it.
      const int error = errno;
      const bool merges = error == EEXIST && is_directory_at(folder, name);
      errno = error;
      return merges;
    });
  }
  directories_.push_back(entry);
}

void DiskWriter::make_file(const TreeEntry& entry) {
  make_new(entry.path, [this](int folder, const char* name) {
    file_.reset(::openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    return static_cast<bool>(file_);
  });
  file_entry_ = entry;
  file_missing_ = entry.size;
  if (file_missing_ == 0) end_file();
}

void DiskWriter::write(std::span<const std::byte> bytes) {
  write_all(file_.get(), bytes, shown_name(file_entry_.path));
  file_missing_ -= bytes.size();
  if (file_missing_ == 0) end_file();
}

void DiskWriter::end_file() {
  put_attributes(file_.get(), file_entry_, options_, summary_);
  file_.reset();
}

void DiskWriter::make_symlink(const TreeEntry& entry) {
  make_new(entry.path,
           [&](int folder, const char* name) { return ::symlinkat(entry.link.c_str(), folder, name) == 0; });
  put_attributes_at(entry);
}

void DiskWriter::make_hard_link(const TreeEntry& entry) {
  if (skipped_.contains(entry.link)) return skip_device(entry.path);
  const UniqueFd target = root_.open_folder(parent_path(entry.link), FolderRoot::Missing::leave);
  const std::string target_name = last_component(entry.link);
  if (!target || ::faccessat(target.get(), target_name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) != 0 ||
      is_directory_at(target.get(), target_name)) {
    throw verdict_error("hard link to '{}', which is no file here", shown_name(entry.link));
  }
  make_new(entry.path, [&](int folder, const char* name) {
    return ::linkat(target.get(), target_name.c_str(), folder, name, 0) == 0;
  });
}

void DiskWriter::make_fifo(const TreeEntry& entry) {
  make_new(entry.path, [](int folder, const char* name) { return ::mkfifoat(folder, name, 0600) == 0; });
  put_attributes_at(entry);
}

void DiskWriter::make_device(const TreeEntry& entry) {
  const bool is_char = entry.type == EntryType::char_device;
  const bool whiteout_to_overlay = is_char && entry.device_major == 0 && entry.device_minor == 0;
  if (!options_.owners || whiteout_to_overlay) return skip_device(entry.path);
  bool permitted = true;
  make_new(entry.path, [&](int folder, const char* name) {
    const mode_t type = is_char ? S_IFCHR : S_IFBLK;
    if (::mknodat(folder, name, type | 0600, makedev(entry.device_major, entry.device_minor)) == 0)
      return true;
    permitted = errno != EPERM;
    return !permitted;
  });
  if (!permitted) return skip_device(entry.path);
  put_attributes_at(entry);
}

// What the device takes the place of is gone all the same.
void DiskWriter::skip_device(const std::string& path) {
  ++summary_.skipped_devices;
  skipped_.insert(path);
  clear_way(parent_of(path), last_component(path));
}

void DiskWriter::make_whiteout(const std::string& path) {
  make_new(path,
           [](int folder, const char* name) { return ::mknodat(folder, name, S_IFCHR, makedev(0, 0)) == 0; });
}

void DiskWriter::finish() {
  // Deepest first: a mode may close a folder to ourselves.
  std::stable_sort(directories_.begin(), directories_.end(), [](const TreeEntry& a, const TreeEntry& b) {
    return depth_of(a.path) > depth_of(b.path);
  });
  for (const TreeEntry& entry : directories_) {
    with_context([&] { finish_directory(entry); }, "entry '{}'", shown_name(entry.path));
  }
}

void DiskWriter::finish_directory(const TreeEntry& entry) {
  const UniqueFd folder = root_.open_folder(parent_path(entry.path), FolderRoot::Missing::leave);
  if (!folder) return;
  const std::string name = entry.path.empty() ? "." : last_component(entry.path);
  const UniqueFd fd(::openat(folder.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  // A path through a symbolic link has put something else here.
  if (!fd && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)) return;
  if (!fd) fail("open");
  // xattrs want the right to write.
  if ((errno = change_mode(fd.get(), while_filling)) != 0) fail("change mode");
  drop_old_xattrs(fd.get(), entry);
  put_attributes(fd.get(), entry, options_, summary_);
  root_.forget_mode(fd.get());
}

}  // namespace compose
