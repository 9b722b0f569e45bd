#include "recipes/read_toml.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <utility>

#include "recipes/faults.hpp"
#include "recipes/toml_bounds.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

Place place_of(const toml::source_region& region) {
  return {static_cast<unsigned>(region.begin.line), static_cast<unsigned>(region.begin.column)};
}

TomlTable to_table(const toml::table& table);

// Recursive: find_toml_excess has bounded the depth.
TomlValue to_value(const toml::node& node) {
  TomlValue value{place_of(node.source()), {}};
  if (const auto* text = node.as_string()) {
    value.data = text->get();
  } else if (const auto* integer = node.as_integer()) {
    value.data = integer->get();
  } else if (const auto* real = node.as_floating_point()) {
    value.data = real->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.data = boolean->get();
  } else if (const auto* table = node.as_table()) {
    value.data = to_table(*table);
  } else if (const auto* array = node.as_array()) {
    TomlArray elements;
    elements.reserve(array->size());
    for (const toml::node& element : *array) elements.push_back(to_value(element));
    value.data = std::move(elements);
  } else {
    value.data = TomlDate{};
  }
  return value;
}

TomlTable to_table(const toml::table& table) {
  TomlTable result;
  result.members.reserve(table.size());
  for (const auto& [key, node] : table) {
    result.members.push_back({std::string(key.str()), place_of(key.source()), to_value(node)});
  }
  return result;
}

// The library's sentence in our style: "Error while parsing key: expected …".
Fault syntax_fault(const toml::parse_error& error) {
  std::string text = printable(error.description());
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  return {place_of(error.source()), fmt::format("not valid TOML: {}", text), {}};
}

}  // namespace

TomlTable read_toml(std::string_view text, const std::string& file) {
  if (text.size() > most_toml_bytes) {
    throw fault_error(file, {{}, fmt::format("larger than {} bytes", most_toml_bytes), {}});
  }
  if (const auto excess = find_toml_excess(text))
    throw fault_error(file, {excess->place, excess->message, {}});
  try {
    return to_table(toml::parse(text, std::string_view(file)));
  } catch (const toml::parse_error& error) {
    throw fault_error(file, syntax_fault(error));
  }
}

}  // namespace compose
