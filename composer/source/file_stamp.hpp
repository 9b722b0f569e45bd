// What tells whether a file is still the one that was looked at.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace compose {

struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  timespec modified{};
  timespec changed{};  // also moves when somebody sets `modified` back

  [[nodiscard]] static FileStamp of(const struct stat& status) {
    return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), status.st_mtim,
            status.st_ctim};
  }
  [[nodiscard]] bool operator==(const FileStamp& other) const {
    const auto same = [](const timespec& a, const timespec& b) {
      return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
    };
    return device == other.device && inode == other.inode && size == other.size &&
           same(modified, other.modified) && same(changed, other.changed);
  }
};

}  // namespace compose
