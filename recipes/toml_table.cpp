#include "recipes/toml_table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "recipes/nearest_name.hpp"

namespace compose {

namespace {

constexpr std::string_view string_word = "a string";
constexpr std::string_view integer_word = "an integer";
constexpr std::string_view boolean_word = "a boolean";
constexpr std::string_view strings_word = "a list of strings";
constexpr std::string_view table_word = "a table";
constexpr std::string_view tables_word = "a list of tables";

// What to write instead, where the slip is a common one.
std::string type_hint(std::string_view key, const TomlValue& value, std::string_view wanted, bool at_top) {
  const bool list = std::holds_alternative<TomlArray>(value.data);
  const bool table = std::holds_alternative<TomlTable>(value.data);
  const bool text = std::holds_alternative<std::string>(value.data);
  if (wanted == string_word && !list && !table) return "put it in quotes";
  if (wanted == strings_word && !list && !table) return "put it in brackets: [\"…\", \"…\"]";
  if (wanted == table_word && list && at_top) return fmt::format("write [{}] with single brackets", key);
  if (wanted == tables_word && table) {
    return at_top ? fmt::format("write [[{}]] with double brackets", key) : "put it in brackets: [{ … }]";
  }
  if (text && (wanted == integer_word || wanted == boolean_word)) return "leave the quotes out";
  return {};
}

}  // namespace

void TableReader::expect(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
}

const TomlValue* TableReader::find(std::string_view key) {
  expect(key);
  const TomlMember* member = table_->find(key);
  return member ? &member->value : nullptr;
}

bool TableReader::has(std::string_view key) { return find(key) != nullptr; }

Place TableReader::place_of(std::string_view key) const {
  const TomlMember* member = table_->find(key);
  return member ? member->value.place : place_;
}

void TableReader::wrong_type(std::string_view key, const TomlValue& value, std::string_view wanted) {
  faults_->add(value.place, fmt::format("{} must be {}, not {}", shown(key), wanted, type_word(value)),
               type_hint(key, value, wanted, where_.empty()));
}

template <typename T>
const T* TableReader::get(std::string_view key, std::string_view wanted) {
  const TomlValue* value = find(key);
  if (!value) return nullptr;
  const T* data = std::get_if<T>(&value->data);
  if (!data) wrong_type(key, *value, wanted);
  return data;
}

std::optional<LocatedText> TableReader::text(std::string_view key) {
  const auto* data = get<std::string>(key, string_word);
  if (!data) return std::nullopt;
  return LocatedText{*data, place_of(key)};
}

std::optional<Located<std::int64_t>> TableReader::integer(std::string_view key) {
  const auto* data = get<std::int64_t>(key, integer_word);
  if (!data) return std::nullopt;
  return Located<std::int64_t>{*data, place_of(key)};
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const auto* data = get<bool>(key, boolean_word);
  if (!data) return std::nullopt;
  return *data;
}

std::vector<LocatedText> TableReader::strings_of(std::string_view key, const TomlArray& array) {
  std::vector<LocatedText> texts;
  texts.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (const auto* data = std::get_if<std::string>(&array[i].data)) {
      texts.push_back({*data, array[i].place});
      continue;
    }
    faults_->add(array[i].place,
                 fmt::format("{} must be {}, but element {} is {}", shown(key), strings_word, i + 1,
                             type_word(array[i])),
                 type_hint(key, array[i], string_word, false));
  }
  return texts;
}

std::optional<std::vector<LocatedText>> TableReader::texts(std::string_view key) {
  const auto* array = get<TomlArray>(key, strings_word);
  if (!array) return std::nullopt;
  return strings_of(key, *array);
}

std::vector<NamedText> TableReader::named_texts(std::string_view key) {
  std::vector<NamedText> texts;
  const auto* table = get<TomlTable>(key, "a table of strings");
  if (!table) return texts;
  for (const TomlMember& member : table->members) {
    if (const auto* data = std::get_if<std::string>(&member.value.data)) {
      texts.push_back({{member.name, member.place}, {*data, member.value.place}});
    } else {
      wrong_type(member.name, member.value, string_word);
    }
  }
  return texts;
}

void TableReader::hold(std::string_view key, const LocatedText& text, const TextRule& rule) {
  if (const auto reason = rule(text.value)) {
    faults_->add(text.place, fmt::format("{} {} is not valid: {}", shown(key), shown(text.value), *reason));
  }
}

std::optional<LocatedText> TableReader::text(std::string_view key, const TextRule& rule) {
  auto found = text(key);
  if (found) hold(key, *found, rule);
  return found;
}

std::optional<std::vector<LocatedText>> TableReader::texts(std::string_view key, const TextRule& rule) {
  auto found = texts(key);
  if (found) {
    for (const LocatedText& text : *found) hold(key, text, rule);
  }
  return found;
}

LocatedText TableReader::needed_text(std::string_view key, const TextRule& rule) {
  if (!has(key)) {
    missing(key);
    return {"", place_};
  }
  return text(key, rule).value_or(LocatedText{"", place_of(key)});
}

// What errors call a table of this one: "[image]" at the top level, "'from'" below.
std::string TableReader::name_of(std::string_view key, std::string_view open, std::string_view close) const {
  return where_.empty() ? fmt::format("{}{}{}", open, key, close) : shown(key);
}

std::optional<TableReader> TableReader::sub_table(std::string_view key) {
  const auto* table = get<TomlTable>(key, table_word);
  if (!table) return std::nullopt;
  return TableReader(*table, place_of(key), name_of(key, "[", "]"), *faults_);
}

std::vector<TableReader> TableReader::sub_tables(std::string_view key) {
  std::vector<TableReader> readers;
  const auto* array = get<TomlArray>(key, tables_word);
  if (!array) return readers;
  for (const TomlValue& element : *array) {
    if (const auto* table = std::get_if<TomlTable>(&element.data)) {
      readers.emplace_back(*table, element.place, name_of(key, "[[", "]]"), *faults_);
    } else {
      wrong_type(key, element, tables_word);
    }
  }
  return readers;
}

std::vector<std::pair<LocatedText, TableReader>> TableReader::named_tables(std::string_view key) {
  std::vector<std::pair<LocatedText, TableReader>> readers;
  const auto* table = get<TomlTable>(key, table_word);
  if (!table) return readers;
  for (const TomlMember& member : table->members) {
    if (const auto* inner = std::get_if<TomlTable>(&member.value.data)) {
      readers.emplace_back(LocatedText{member.name, member.place},
                           TableReader(*inner, member.value.place,
                                       fmt::format("[{}.{}]", key, excerpt(member.name)), *faults_));
    } else {
      wrong_type(member.name, member.value, table_word);
    }
  }
  return readers;
}

std::vector<std::pair<LocatedText, std::vector<LocatedText>>> TableReader::named_lists() {
  std::vector<std::pair<LocatedText, std::vector<LocatedText>>> lists;
  free_names_ = true;
  for (const TomlMember& member : table_->members) {
    if (const auto* array = std::get_if<TomlArray>(&member.value.data)) {
      lists.push_back({{member.name, member.place}, strings_of(member.name, *array)});
    } else {
      wrong_type(member.name, member.value, strings_word);
    }
  }
  return lists;
}

void TableReader::missing(std::string_view key, std::string_view hint) {
  expect(key);
  missing_.emplace_back(key, hint);
}

void TableReader::finish() {
  const std::string place = where_.empty() ? "at the top level" : fmt::format("in {}", where_);
  for (const TomlMember& member : table_->members) {
    if (free_names_ || faults_->full()) break;
    if (std::find(known_.begin(), known_.end(), member.name) != known_.end()) continue;
    const auto nearest = nearest_name(member.name, known_);
    // One slip, one fault: the key that was meant is not missing as well.
    if (nearest) std::erase_if(missing_, [&](const auto& key) { return key.first == *nearest; });
    faults_->add(member.place, fmt::format("unknown key {} {}", shown(member.name), place),
                 nearest ? fmt::format("did you mean '{}'?", *nearest)
                         : fmt::format("valid keys: {}", fmt::join(known_, ", ")));
  }
  for (const auto& [key, hint] : missing_) {
    faults_->add(place_, fmt::format("{} has no '{}'", where_.empty() ? "the file" : where_, key), hint);
  }
}

}  // namespace compose
