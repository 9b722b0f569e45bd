#include "recipes/parse_schema.hpp"

#include <fmt/format.h>

namespace compose {

namespace {

constexpr std::int64_t our_schema = 1;

}  // namespace

void require_schema(TableReader& root) {
  const auto schema = root.integer("schema");
  if (!schema && !root.has("schema")) {
    root.faults().add(root.place(), "the file has no 'schema'", fmt::format("write schema = {}", our_schema));
  } else if (schema && schema->value != our_schema) {
    root.faults().add(schema->place, fmt::format("schema {} is not known, this compose reads {}",
                                                 schema->value, our_schema));
  }
  root.faults().throw_if_any();
}

}  // namespace compose
