// A folder for a test, and what lies on disk as text.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "composer/layer/unpack.hpp"
#include "signer/atomic_file.hpp"

namespace compose::test {

namespace fs = std::filesystem;

class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (fs::temp_directory_path() / "compose-layer-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    path_ = name;
  }
  ~ScratchFolder() { remove_tree(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  [[nodiscard]] fs::path operator/(const std::string& name) const { return path_ / name; }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

inline void put_file(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

inline struct stat status_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) throw std::runtime_error("no " + path.string());
  return status;
}

inline unsigned mode_of(const fs::path& path) { return status_of(path).st_mode & 07777; }

inline void list_into(std::vector<std::string>& lines, const fs::path& folder, const std::string& prefix) {
  for (const auto& found : fs::directory_iterator(folder)) {
    const std::string name = prefix + found.path().filename().string();
    const struct stat status = status_of(found.path());
    if (S_ISDIR(status.st_mode)) {
      lines.push_back(name + "/");
      list_into(lines, found.path(), name + "/");
    } else if (S_ISLNK(status.st_mode)) {
      lines.push_back(name + "->" + fs::read_symlink(found.path()).string());
    } else if (S_ISREG(status.st_mode)) {
      lines.push_back(name + "=" + read_file(found.path(), 1u << 20));
    } else if (S_ISCHR(status.st_mode)) {
      lines.push_back(fmt::format("{}:c{}:{}", name, major(status.st_rdev), minor(status.st_rdev)));
    } else {
      lines.push_back(name + ":other");
    }
  }
}

// All that lies below a folder, sorted: "d/", "d/f=text", "l->target".
inline std::string listing(const fs::path& folder) {
  std::vector<std::string> lines;
  list_into(lines, folder, "");
  std::sort(lines.begin(), lines.end());
  std::string text;
  for (const std::string& line : lines) text += line + " ";
  return text;
}

inline UnpackSummary unpack(const std::string& tar, const fs::path& folder, UnpackOptions options = {}) {
  LayerUnpacker unpacker(folder, options);
  std::string_view rest = tar;
  while (!rest.empty()) {
    unpacker.feed(bytes_of(rest.substr(0, 1000)));
    rest.remove_prefix(std::min<std::size_t>(1000, rest.size()));
  }
  return unpacker.finish();
}

}  // namespace compose::test
