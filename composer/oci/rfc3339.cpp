#include "composer/oci/rfc3339.hpp"

#include "signer/error.hpp"
#include "signer/utc_time.hpp"

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
  if (seconds < 0 || seconds > latest_utc_time) {
    throw usage_error("{} is no time of the years 1970 to 9999", seconds);
  }
  return format_utc_time(seconds);
}

bool is_rfc3339(std::string_view text) {
  Cursor cursor(text);
  return cursor.number(4, 0, 9999) && cursor.one_of("-") && cursor.number(2, 1, 12) && cursor.one_of("-") &&
         cursor.number(2, 1, 31) && cursor.one_of("Tt") && cursor.number(2, 0, 23) && cursor.one_of(":") &&
         cursor.number(2, 0, 59) && cursor.one_of(":") && cursor.number(2, 0, 60) && fraction(cursor) &&
         zone(cursor) && cursor.at_end();
}

}  // namespace compose
