// A file that is written where nobody sees it and gets its name when it is complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "signer/unique_fd.hpp"

namespace compose {

class StagedFile {
 public:
  // An unnamed file (open(2), O_TMPFILE) has nothing to clean up, whatever happens. Where the
  // file system has none, or when asked for, the file has a hidden name until it is published
  // or dropped.
  enum class Naming { unnamed_if_possible, named };

  static constexpr std::string_view hidden_prefix = ".staged-";  // of those hidden names

  // Made in `folder`, or as long as there is none in the nearest parent that exists: on the
  // file system, that is, on which the file is going to be published.
  explicit StagedFile(const std::filesystem::path& folder, Naming naming = Naming::unnamed_if_possible);
  StagedFile(StagedFile&& other) noexcept;
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile();  // an unpublished file vanishes

  [[nodiscard]] int fd() const { return fd_.get(); }

  // Syncs the bytes and gives them the name folder/name, atomically, in the place of whatever
  // had that name. The caller syncs the folder. Throws failure Errors.
  void publish(int folder, const std::string& name);

 private:
  [[nodiscard]] bool open_in(const std::filesystem::path& folder, Naming naming);
  [[nodiscard]] bool link_to(int folder, const std::string& name) const;
  void copy_to(int folder, const std::string& name) const;

  UniqueFd fd_;
  std::string path_;  // of a named file that was not published; else empty
};

}  // namespace compose
