// The members of a JSON object, taken one by one: what is missing, of another type or left over
// is a verdict Error that names it ("predicate.claim.size: missing").
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <string>
#include <string_view>

namespace compose {

class JsonFields {
 public:
  // `object` must outlive the fields. Throws when it is no object.
  JsonFields(const nlohmann::json& object, std::string path);

  [[nodiscard]] bool has(const char* name) const;
  [[nodiscard]] const std::string& text(const char* name);
  [[nodiscard]] std::uint64_t number(const char* name);  // an integer from 0 to 2^53 - 1
  [[nodiscard]] const nlohmann::json& list(const char* name);
  [[nodiscard]] const nlohmann::json& object(const char* name);
  [[nodiscard]] const nlohmann::json& any(const char* name);
  [[nodiscard]] std::string path_of(std::string_view name) const;  // "predicate.claim.size"
  // Nothing else may be there.
  void finish() const;

 private:
  const nlohmann::json& object_;
  std::string path_;
  std::set<std::string, std::less<>> taken_;
};

// Integers above this do not survive every JSON reader (RFC 7493).
inline constexpr std::uint64_t largest_json_integer = (std::uint64_t{1} << 53) - 1;

}  // namespace compose
