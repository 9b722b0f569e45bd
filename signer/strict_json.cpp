#include "signer/strict_json.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

// Refuses duplicate names and deep nesting while the library parses.
class Guard {
 public:
  explicit Guard(std::size_t depth) : most_depth_(depth) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
        names_.emplace_back();
        check_depth(depth);
        break;
      case Json::parse_event_t::array_start:
        check_depth(depth);
        break;
      case Json::parse_event_t::object_end:
        names_.pop_back();
        break;
      case Json::parse_event_t::key:
        check_name(parsed.get_ref<const std::string&>());
        break;
      case Json::parse_event_t::array_end:
      case Json::parse_event_t::value:
        break;
    }
    return true;
  }

 private:
  void check_depth(int depth) const {
    if (static_cast<std::size_t>(depth) >= most_depth_) {
      throw verdict_error("JSON: nested deeper than {}", most_depth_);
    }
  }
  void check_name(const std::string& name) {
    if (!names_.back().insert(name).second) throw verdict_error("JSON: duplicate name '{}'", printable(name));
  }

  std::size_t most_depth_;
  std::vector<std::set<std::string>> names_;
};

}  // namespace

nlohmann::json parse_strict_json(std::string_view bytes, const JsonLimits& limits) {
  if (bytes.size() > limits.bytes) throw verdict_error("JSON: larger than {} bytes", limits.bytes);
  if (bytes.starts_with("\xef\xbb\xbf")) throw verdict_error("JSON: begins with a byte order mark");
  try {
    Guard guard(limits.depth);
    return Json::parse(bytes, std::ref(guard));
  } catch (const Json::exception& error) {
    throw verdict_error("JSON: {}", printable(error.what()));
  }
}

std::string canonical_json(const nlohmann::json& value) {
  try {
    return value.dump();
  } catch (const Json::exception& error) {
    throw verdict_error("JSON: {}", printable(error.what()));
  }
}

}  // namespace compose
