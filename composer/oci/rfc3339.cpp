#include "composer/oci/rfc3339.hpp"

#include <chrono>

#include "signer/error.hpp"

namespace compose {

namespace {

// Reads a fixed form from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view rest) : rest_(rest) {}

  // `count` digits with a value in [least, most].
  [[nodiscard]] bool number(std::size_t count, int least, int most) {
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (!digit()) return false;
      value = value * 10 + last_;
    }
    return value >= least && value <= most;
  }
  [[nodiscard]] bool digit() {
    if (rest_.empty() || rest_[0] < '0' || rest_[0] > '9') return false;
    last_ = rest_[0] - '0';
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool one_of(std::string_view marks) {
    if (rest_.empty() || marks.find(rest_[0]) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  int last_ = 0;
};

bool fraction(Cursor& cursor) {
  if (!cursor.one_of(".")) return true;
  if (!cursor.digit()) return false;
  while (cursor.digit()) {
  }
  return true;
}

bool zone(Cursor& cursor) {
  if (cursor.one_of("Zz")) return true;
  return cursor.one_of("+-") && cursor.number(2, 0, 23) && cursor.one_of(":") && cursor.number(2, 0, 59);
}

}  // namespace

std::string rfc3339(std::int64_t seconds) {
  using namespace std::chrono;
  constexpr std::int64_t first = -62'167'219'200;  // 0000-01-01T00:00:00Z
  constexpr std::int64_t last = 253'402'300'799;   // 9999-12-31T23:59:59Z
  if (seconds < first || seconds > last) throw usage_error("{} is no time of the years 0 to 9999", seconds);
  const sys_seconds time{std::chrono::seconds(seconds)};
  const sys_days day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

bool is_rfc3339(std::string_view text) {
  Cursor cursor(text);
  return cursor.number(4, 0, 9999) && cursor.one_of("-") && cursor.number(2, 1, 12) && cursor.one_of("-") &&
         cursor.number(2, 1, 31) && cursor.one_of("Tt") && cursor.number(2, 0, 23) && cursor.one_of(":") &&
         cursor.number(2, 0, 59) && cursor.one_of(":") && cursor.number(2, 0, 60) && fraction(cursor) &&
         zone(cursor) && cursor.at_end();
}

}  // namespace compose
