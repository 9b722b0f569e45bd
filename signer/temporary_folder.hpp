// A private folder (0700) that goes away with its owner, also when the program is interrupted.
#pragma once

#include <filesystem>
#include <string_view>

namespace compose {

class TemporaryFolder {
 public:
  // Made in `parent`, or in a short place (TMPDIR, else /tmp) so that sockets fit in it.
  explicit TemporaryFolder(std::string_view name, const std::filesystem::path& parent = {});
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // The folder stays and is the caller's from now on.
  std::filesystem::path release();

 private:
  void remove() noexcept;
  std::filesystem::path path_;
};

// Removes all that are alive; for the end of an interrupted program, from any thread.
void remove_temporary_folders() noexcept;

}  // namespace compose
