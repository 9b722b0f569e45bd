// A folder that stands for "/": every path of an image is resolved inside it, symbolic links
// included, whatever they say (openat2 with RESOLVE_IN_ROOT, or the same by hand).
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "signer/unique_fd.hpp"

namespace compose {

class FolderRoot {
 public:
  enum class Missing { leave, make };

  // Makes the folder, 0700, if it is absent.
  explicit FolderRoot(const std::filesystem::path& folder);

  // An O_PATH descriptor of the folder `path`, none if it is absent and not to be made. Made
  // folders are 0755; what is no directory gives way to them. Folders on the way that their own
  // mode closes to us are opened until restore_modes. Throws verdict Errors for circles of links.
  [[nodiscard]] UniqueFd open_folder(std::string_view path, Missing missing);

  [[nodiscard]] int fd() const { return root_.get(); }
  [[nodiscard]] bool was_made() const { return made_; }

  // This folder has a mode of its own by now: nothing to restore.
  void forget_mode(int folder);
  // Gives all opened folders the modes back that they had.
  void restore_modes();

  // Only for tests: as on a kernel without openat2.
  void avoid_openat2() { has_openat2_ = false; }

 private:
  class Walk;
  struct Opened {
    std::string path;  // without any link in it
    mode_t mode = 0;
  };
  using FileId = std::pair<dev_t, ino_t>;

  [[nodiscard]] UniqueFd open_directly(std::string_view path);
  void open_mode(int folder, const std::string& path);

  UniqueFd root_;
  bool made_ = false;
  bool has_openat2_ = true;
  std::map<FileId, Opened> opened_;
};

// Changes the mode of what any descriptor, O_PATH too, refers to. Returns errno or 0.
[[nodiscard]] int change_mode(int fd, mode_t mode);
// "/proc/self/fd/N": for calls that take no O_PATH descriptor.
[[nodiscard]] std::string fd_path(int fd);

}  // namespace compose
