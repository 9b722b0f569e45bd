#include "composer/layer/pax_record.hpp"

#include <fmt/format.h>

#include <charconv>

#include "composer/layer/entry_rules.hpp"

namespace compose {

namespace {

std::string encode_record(std::string_view keyword, std::string_view value) {
  const std::size_t rest = keyword.size() + value.size() + 3;  // space, '=', line feed
  std::size_t length = rest + 1;
  while (length != rest + fmt::formatted_size("{}", length))
    length = rest + fmt::formatted_size("{}", length);
  return fmt::format("{} {}={}\n", length, keyword, value);
}

// The length in front of a record, in decimal without leading zeros; 0 if it is none.
std::size_t record_length(std::string_view body) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(body.data(), body.data() + body.size(), length);
  const auto digits = static_cast<std::size_t>(end - body.data());
  if (error != std::errc{} || body.front() == '0' || digits >= body.size() || *end != ' ') return 0;
  if (length > body.size() || length < digits + 3) return 0;
  return length;
}

}  // namespace

std::string encode_pax_records(const PaxRecords& records) {
  std::string body;
  for (const auto& [keyword, value] : records) body += encode_record(keyword, value);
  return body;
}

std::optional<std::string> parse_pax_records(std::string_view body, PaxRecords& records) {
  while (!body.empty()) {
    const std::size_t length = record_length(body);
    if (length == 0) return "a record whose length is wrong";
    std::string_view record = body.substr(0, length);
    body.remove_prefix(length);
    if (record.back() != '\n') return "a record that does not end where it says";
    record.remove_suffix(1);
    record.remove_prefix(record.find(' ') + 1);
    const std::size_t equals = record.find('=');
    if (equals == std::string_view::npos || equals == 0) return "a record without a keyword";
    const std::string_view keyword = record.substr(0, equals);
    if (!records.emplace(keyword, record.substr(equals + 1)).second) {
      return fmt::format("the keyword '{}' twice", shown_name(keyword));
    }
  }
  return std::nullopt;
}

}  // namespace compose
