#include "recipes/toml_value.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

Json to_json(const TomlTable& table);

// Recursive: read_toml bounds the depth of every document.
Json to_json(const TomlValue& value) {
  return std::visit(
      [](const auto& data) -> Json {
        using Data = std::decay_t<decltype(data)>;
        if constexpr (std::is_same_v<Data, TomlTable>) {
          return to_json(data);
        } else if constexpr (std::is_same_v<Data, TomlArray>) {
          Json list = Json::array();
          for (const TomlValue& element : data) list.push_back(to_json(element));
          return list;
        } else if constexpr (std::is_same_v<Data, TomlDate>) {
          return nullptr;
        } else {
          return data;
        }
      },
      value.data);
}

Json to_json(const TomlTable& table) {
  Json object = Json::object();
  for (const TomlMember& member : table.members) object[member.name] = to_json(member.value);
  return object;
}

}  // namespace

const TomlMember* TomlTable::find(std::string_view name) const {
  const auto at = std::lower_bound(
      members.begin(), members.end(), name,
      [](const TomlMember& member, std::string_view wanted) { return member.name < wanted; });
  return at != members.end() && at->name == name ? &*at : nullptr;
}

std::string_view type_word(const TomlValue& value) {
  static constexpr std::array<std::string_view, 7> words = {
      "a string", "an integer", "a float", "a boolean", "a date or time", "a list", "a table"};
  static_assert(words.size() == std::variant_size_v<decltype(TomlValue::data)>);
  return words[value.data.index()];
}

std::string canonical_json(const TomlTable& table) { return canonical_json(to_json(table)); }

}  // namespace compose
