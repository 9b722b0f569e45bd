#include "composer/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr std::int64_t least_interval_ms = 100;

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace

Progress::~Progress() {
  const std::scoped_lock lock(lock_);
  erase();
}

Progress::Style Progress::style_of_stderr() {
  const char* terminal = std::getenv("TERM");  // NOLINT: read only
  const bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return ::isatty(STDERR_FILENO) == 1 && !dumb ? Style::terminal : Style::plain;
}

void Progress::event(std::string_view text) {
  if (style_ == Style::silent) return;
  const std::scoped_lock lock(lock_);
  print(text);
}

void Progress::notice(std::string_view text) {
  const std::scoped_lock lock(lock_);
  print(fmt::format("notice: {}", text));
}

void Progress::advance(const std::string& part, std::uint64_t bytes) {
  if (style_ != Style::terminal) return;
  const std::scoped_lock lock(lock_);
  parts_[part] = bytes;
  if (now_ms() - last_draw_ >= least_interval_ms) draw();
}

void Progress::done(const std::string& part) {
  const std::scoped_lock lock(lock_);
  parts_.erase(part);
}

void Progress::print(std::string_view line) {
  erase();
  fmt::print(stderr, "compose: {}\n", printable_lines(line));
}

void Progress::draw() {
  std::string line;
  for (const auto& [part, bytes] : parts_) {
    line += fmt::format("{}{} {}", line.empty() ? "" : "  ", part, human_size(bytes));
  }
  fmt::print(stderr, "\r\x1b[K{}", line.substr(0, 100));
  std::fflush(stderr);
  last_draw_ = now_ms();
  drawn_ = true;
}

void Progress::erase() {
  if (!drawn_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  drawn_ = false;
}

std::string human_size(std::uint64_t bytes) {
  static constexpr std::array units = {"B", "kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} B", bytes);
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.95 && unit + 1 < units.size()) {
    value /= 1000;
    ++unit;
  }
  return fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace compose
