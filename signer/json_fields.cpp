#include "signer/json_fields.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

JsonFields::JsonFields(const nlohmann::json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (!object_.is_object()) throw verdict_error("statement-field: {}: not an object", path_);
}

std::string JsonFields::path_of(std::string_view name) const {
  return path_.empty() ? std::string(name) : fmt::format("{}.{}", path_, name);
}

bool JsonFields::has(const char* name) const { return object_.contains(name); }

const nlohmann::json& JsonFields::any(const char* name) {
  const auto found = object_.find(name);
  if (found == object_.end()) throw verdict_error("statement-field: {}: missing", path_of(name));
  taken_.emplace(name);
  return *found;
}

const std::string& JsonFields::text(const char* name) {
  const nlohmann::json& value = any(name);
  if (!value.is_string()) throw verdict_error("statement-field: {}: not a string", path_of(name));
  return value.get_ref<const std::string&>();
}

std::uint64_t JsonFields::number(const char* name) {
  const nlohmann::json& value = any(name);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() > largest_json_integer) {
    throw verdict_error("statement-field: {}: not an integer from 0 to 2^53 - 1", path_of(name));
  }
  return value.get<std::uint64_t>();
}

const nlohmann::json& JsonFields::list(const char* name) {
  const nlohmann::json& value = any(name);
  if (!value.is_array()) throw verdict_error("statement-field: {}: not a list", path_of(name));
  return value;
}

const nlohmann::json& JsonFields::object(const char* name) {
  const nlohmann::json& value = any(name);
  if (!value.is_object()) throw verdict_error("statement-field: {}: not an object", path_of(name));
  return value;
}

void JsonFields::finish() const {
  for (const auto& [name, value] : object_.items()) {
    if (!taken_.contains(name)) throw verdict_error("statement-field: {}: unknown", printable(path_of(name)));
  }
}

}  // namespace compose
