// Reads one TOML table key by key: every key that is asked for becomes a known one, what has
// the wrong type becomes a fault with position, and finish() names the keys that nobody asked
// for with the nearest valid one. Faults are collected; a reader that met one gives "absent",
// and its caller throws at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "recipes/faults.hpp"
#include "recipes/toml_value.hpp"

namespace compose {

template <typename T>
struct Located {
  T value{};
  Place place;
};
using LocatedText = Located<std::string>;

struct NamedText {  // one line of a table of strings
  LocatedText name;
  LocatedText value;
};

// Why a text is not valid, or nothing: the shape of all our grammar rules.
using TextRule = std::function<std::optional<std::string>(std::string_view)>;

class TableReader {
 public:
  // `where` is what errors call it: "[image]", "[[stage]]"; "" at the top level. The table and
  // the faults must outlive the reader.
  TableReader(const TomlTable& table, Place place, std::string where, Faults& faults)
      : table_(&table), place_(place), where_(std::move(where)), faults_(&faults) {}

  [[nodiscard]] const TomlTable& table() const { return *table_; }
  [[nodiscard]] Place place() const { return place_; }
  [[nodiscard]] const std::string& where() const { return where_; }
  [[nodiscard]] Faults& faults() const { return *faults_; }

  // Makes a key known without reading it.
  void expect(std::string_view key);
  [[nodiscard]] bool has(std::string_view key);
  // Of the key's value; of the table when it is absent.
  [[nodiscard]] Place place_of(std::string_view key) const;

  [[nodiscard]] std::optional<LocatedText> text(std::string_view key);
  [[nodiscard]] std::optional<Located<std::int64_t>> integer(std::string_view key);
  [[nodiscard]] std::optional<bool> boolean(std::string_view key);
  // A list of strings; elements of another type are faults and are left out.
  [[nodiscard]] std::optional<std::vector<LocatedText>> texts(std::string_view key);
  // A table of strings under free names.
  [[nodiscard]] std::vector<NamedText> named_texts(std::string_view key);

  // The same with a rule for each text; what it refuses is a fault.
  [[nodiscard]] std::optional<LocatedText> text(std::string_view key, const TextRule& rule);
  [[nodiscard]] std::optional<std::vector<LocatedText>> texts(std::string_view key, const TextRule& rule);
  // A key that must be there. When it is not, or is wrong: a fault, and "".
  [[nodiscard]] LocatedText needed_text(std::string_view key, const TextRule& rule);

  [[nodiscard]] std::optional<TableReader> sub_table(std::string_view key);
  // [[key]], or a list of inline tables; absent is an empty list.
  [[nodiscard]] std::vector<TableReader> sub_tables(std::string_view key);
  // [key.NAME] for free names.
  [[nodiscard]] std::vector<std::pair<LocatedText, TableReader>> named_tables(std::string_view key);
  // NAME = [list of strings] for free names: every member of this table.
  [[nodiscard]] std::vector<std::pair<LocatedText, std::vector<LocatedText>>> named_lists();

  // The fault of a key that must be there and is not, reported by finish().
  void missing(std::string_view key, std::string_view hint = {});
  // Reports unknown and missing keys. The last thing to do with a reader.
  void finish();

 private:
  [[nodiscard]] const TomlValue* find(std::string_view key);
  template <typename T>
  [[nodiscard]] const T* get(std::string_view key, std::string_view wanted);
  [[nodiscard]] std::string name_of(std::string_view key, std::string_view open,
                                    std::string_view close) const;
  void wrong_type(std::string_view key, const TomlValue& value, std::string_view wanted);
  [[nodiscard]] std::vector<LocatedText> strings_of(std::string_view key, const TomlArray& array);
  void hold(std::string_view key, const LocatedText& text, const TextRule& rule);

  const TomlTable* table_;
  Place place_;
  std::string where_;
  Faults* faults_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> missing_;  // key, hint
  bool free_names_ = false;                                   // every member is known
};

}  // namespace compose
