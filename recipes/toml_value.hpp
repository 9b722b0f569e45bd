// A TOML document as plain values with positions: all that our readers see of it, so that the
// TOML library stays in read_toml.cpp.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace compose {

// Line and column from 1; columns count code points.
struct Place {
  unsigned line = 1;
  unsigned column = 1;
  auto operator<=>(const Place&) const = default;
};

struct TomlValue;
struct TomlMember;

struct TomlDate {};  // dates and times mean nothing in our languages; only errors name them

using TomlArray = std::vector<TomlValue>;

struct TomlTable {
  std::vector<TomlMember> members;  // sorted by name, each name once
  [[nodiscard]] const TomlMember* find(std::string_view name) const;
};

struct TomlValue {
  Place place;
  std::variant<std::string, std::int64_t, double, bool, TomlDate, TomlArray, TomlTable> data;
};

struct TomlMember {
  std::string name;
  Place place;  // of the name
  TomlValue value;
};

// What a person calls it: "a string", "an integer", "a list", ….
[[nodiscard]] std::string_view type_word(const TomlValue& value);

// The table as canonical JSON: names sorted, one line.
[[nodiscard]] std::string canonical_json(const TomlTable& table);

}  // namespace compose
