// The files of a log in its folder: nothing outside of it is ever read or written, whatever
// symbolic links lie in it. Paths are relative to the folder, with '/' and without "..".
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "signer/unique_fd.hpp"

namespace compose {

class LogFolder {
 public:
  // Nothing when there is no such folder. The folder itself may be reached through a link.
  [[nodiscard]] static std::optional<LogFolder> open(const std::filesystem::path& folder);
  // Makes the folder if need be and waits for its lock, which lasts as long as the object. A
  // folder that was made goes away with the object unless something was published.
  [[nodiscard]] static LogFolder open_locked(const std::filesystem::path& folder);

  LogFolder(LogFolder&& other) noexcept = default;
  LogFolder& operator=(LogFolder&&) = delete;
  ~LogFolder();

  // A file's bytes; nothing when it is not there. A link, anything that is no regular file and
  // a file of more than `most` bytes are verdict Errors.
  [[nodiscard]] std::optional<std::string> read(std::string_view path, std::size_t most) const;
  // The names in a folder ("." for the log's own), sorted; none when it is not there. More
  // than `most` are a verdict Error.
  [[nodiscard]] std::vector<std::string> names(std::string_view path, std::size_t most) const;

  // Stages a file: durable after sync(), taken back by roll_back().
  void write(const std::string& path, std::string_view bytes);
  void sync();
  void roll_back() noexcept;
  // Replaces a file at once and for good: what was staged before is published by it.
  void publish(const std::string& path, std::string_view bytes);
  // Removes a file that nobody needs any more, and its folder if that is empty then.
  void discard(const std::string& path) noexcept;

 private:
  LogFolder(UniqueFd fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
  [[nodiscard]] UniqueFd walk(const std::vector<std::string>& folders, std::string_view path) const;
  UniqueFd make_parent(const std::string& path);
  void place(const std::string& path, std::string_view bytes);

  UniqueFd fd_;
  std::filesystem::path path_;
  bool made_ = false;                 // by us, and nothing published yet
  std::vector<std::string> files_;    // staged
  std::vector<std::string> made_in_;  // folders made for staged files, outermost first
  std::set<std::string> unsynced_;    // folders with new names; "." is the log's own
};

}  // namespace compose
