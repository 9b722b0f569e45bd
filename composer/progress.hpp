// What a person or a pipeline sees while work goes on: one plain line per event, and on a
// terminal a live line below that shows the stages at work. Safe to call from threads.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace compose {

class Progress {
 public:
  enum class Style { plain, terminal, silent };

  explicit Progress(Style style) : style_(style) {}
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // The style for standard error: live on a terminal, plain in a pipe.
  [[nodiscard]] static Style style_of_stderr();

  // "compose: TEXT"
  void event(std::string_view text);
  // "compose: notice: TEXT", also when silent.
  void notice(std::string_view text);
  // Bytes written so far by a part of the work; `done` takes it off the live line.
  void advance(const std::string& part, std::uint64_t bytes);
  void done(const std::string& part);

 private:
  void print(std::string_view line);
  void draw();
  void erase();

  Style style_;
  std::mutex lock_;
  std::map<std::string, std::uint64_t> parts_;
  std::int64_t last_draw_ = 0;
  bool drawn_ = false;
};

// "61.2 MB": decimal units, as disks and registries count.
[[nodiscard]] std::string human_size(std::uint64_t bytes);

}  // namespace compose
