#include "composer/oci/json_object.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "signer/error.hpp"
#include "signer/printable.hpp"
#include "signer/strict_json.hpp"

namespace compose {

namespace {

using Json = nlohmann::json;

std::string text_in(const Json& value, const std::string& where) {
  if (!value.is_string()) throw verdict_error("{}: not a string", where);
  return value.get<std::string>();
}

}  // namespace

JsonObject::JsonObject(const Json& value, std::string where, Nulls nulls)
    : value_(&value), where_(std::move(where)), nulls_(nulls) {
  if (!value.is_object()) throw verdict_error("{}: not an object", where_.empty() ? "the document" : where_);
}

std::string JsonObject::where(std::string_view name) const {
  const std::string safe = printable(name);
  return where_.empty() ? safe : fmt::format("{}.{}", where_, safe);
}

std::string JsonObject::where(std::string_view name, std::size_t position) const {
  return fmt::format("{}[{}]", where(name), position);
}

const Json* JsonObject::find(std::string_view name) const {
  const auto found = value_->find(name);
  if (found == value_->end() || (found->is_null() && nulls_ == Nulls::absent)) return nullptr;
  return &*found;
}

const Json& JsonObject::at(std::string_view name) const {
  const Json* member = find(name);
  if (member == nullptr) throw verdict_error("{}: missing", where(name));
  return *member;
}

std::string JsonObject::text(std::string_view name) const { return text_in(at(name), where(name)); }

std::string JsonObject::text_or_empty(std::string_view name) const {
  return find(name) == nullptr ? std::string() : text(name);
}

std::uint64_t JsonObject::size(std::string_view name) const {
  const Json& member = at(name);
  if (!member.is_number_integer()) throw verdict_error("{}: not a whole number", where(name));
  if (!member.is_number_unsigned()) throw verdict_error("{}: negative", where(name));
  const auto value = member.get<std::uint64_t>();
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    throw verdict_error("{}: too large", where(name));
  }
  return value;
}

bool JsonObject::flag(std::string_view name) const {
  const Json* member = find(name);
  if (member == nullptr) return false;
  if (!member->is_boolean()) throw verdict_error("{}: neither true nor false", where(name));
  return member->get<bool>();
}

const Json& JsonObject::list(std::string_view name) const {
  const Json& member = at(name);
  if (!member.is_array()) throw verdict_error("{}: not a list", where(name));
  return member;
}

std::vector<std::string> JsonObject::texts(std::string_view name) const {
  std::vector<std::string> texts;
  if (find(name) == nullptr) return texts;
  for (const Json& element : list(name)) texts.push_back(text_in(element, where(name, texts.size())));
  return texts;
}

std::map<std::string, std::string> JsonObject::text_map(std::string_view name) const {
  std::map<std::string, std::string> texts;
  const Json* member = find(name);
  if (member == nullptr) return texts;
  const JsonObject map(*member, where(name));
  for (const auto& [key, value] : member->items()) texts[key] = text_in(value, map.where(key));
  return texts;
}

std::vector<std::string> JsonObject::names_of(std::string_view name) const {
  std::vector<std::string> names;
  const Json* member = find(name);
  if (member == nullptr) return names;
  const JsonObject map(*member, where(name));
  for (const auto& [key, value] : member->items()) {
    if (!value.is_object()) throw verdict_error("{}: not an object", map.where(key));
    names.push_back(key);
  }
  return names;
}

std::string JsonObject::others(const std::vector<std::string_view>& known) const {
  Json others = Json::object();
  for (const auto& [key, value] : value_->items()) {
    if (std::ranges::find(known, key) == known.end()) others[key] = value;
  }
  return others.empty() ? std::string() : canonical_json(others);
}

}  // namespace compose
