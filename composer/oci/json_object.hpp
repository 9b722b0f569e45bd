// One JSON object of an OCI document, read field by field. What is wrong is a verdict Error
// that names the field: "layers[2].size: negative".
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace compose {

class JsonObject {
 public:
  // Go programs write null for empty lists and maps: image configurations are full of them,
  // manifests must not have any.
  enum class Nulls { refused, absent };

  // `where` is what errors call the object, "" for the document itself. `value` must outlive
  // this view.
  JsonObject(const nlohmann::json& value, std::string where, Nulls nulls = Nulls::refused);

  [[nodiscard]] const nlohmann::json* find(std::string_view name) const;  // null if absent
  [[nodiscard]] const nlohmann::json& at(std::string_view name) const;    // required
  [[nodiscard]] std::string where(std::string_view name) const;           // "layers[2].size"
  [[nodiscard]] std::string where(std::string_view name, std::size_t position) const;

  [[nodiscard]] std::string text(std::string_view name) const;           // required
  [[nodiscard]] std::string text_or_empty(std::string_view name) const;  // "" if absent
  [[nodiscard]] std::uint64_t size(std::string_view name) const;         // required, ≤ 2^63 - 1
  [[nodiscard]] bool flag(std::string_view name) const;                  // false if absent

  // Empty if absent.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  [[nodiscard]] std::map<std::string, std::string> text_map(std::string_view name) const;
  [[nodiscard]] std::vector<std::string> names_of(std::string_view name) const;  // {"x": {}, …}

  // A list; required.
  [[nodiscard]] const nlohmann::json& list(std::string_view name) const;

  // The members that are not in `known`, as canonical JSON; "" if there are none.
  [[nodiscard]] std::string others(const std::vector<std::string_view>& known) const;

 private:
  const nlohmann::json* value_;
  std::string where_;
  Nulls nulls_;
};

}  // namespace compose
