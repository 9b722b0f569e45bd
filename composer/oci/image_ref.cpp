#include "composer/oci/image_ref.hpp"

#include <algorithm>

#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// annotations.md: alphanumerics joined by single marks of "-._:@+" or by "--".
bool is_ref_component(std::string_view text) {
  constexpr std::string_view marks = "-._:@+";
  bool after_mark = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_alphanumeric(text[i])) {
      after_mark = false;
      continue;
    }
    if (after_mark || marks.find(text[i]) == std::string_view::npos) return false;
    if (text.substr(i).starts_with("--")) ++i;
    after_mark = true;
  }
  return !after_mark;
}

std::filesystem::path layout_path(std::string_view path, std::string_view whole) {
  if (path.empty()) throw usage_error("'{}': no layout is named", printable(whole));
  if (path.find('\0') != std::string_view::npos) throw usage_error("'{}': holds a NUL", printable(whole));
  return path;
}

}  // namespace

bool is_valid_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= 128 && (is_alphanumeric(tag[0]) || tag[0] == '_') &&
         std::ranges::all_of(tag,
                             [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

bool is_valid_ref_name(std::string_view name) {
  if (is_valid_tag(name)) return true;
  if (name.size() > 512) return false;
  while (true) {
    const std::size_t slash = name.find('/');
    if (!is_ref_component(name.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

ImageRef ImageRef::parse(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  const std::size_t last = slash == std::string_view::npos ? 0 : slash + 1;
  const std::size_t at = text.rfind('@');
  if (at != std::string_view::npos && at >= last && text.substr(at + 1).starts_with("sha256:")) {
    const auto digest = BlobDigest::from(text.substr(at + 1));
    if (!digest) throw usage_error("'{}': a digest is sha256: and 64 lower-case hex digits", printable(text));
    return {.layout = layout_path(text.substr(0, at), text), .tag = {}, .digest = digest};
  }
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon < last) {
    return {.layout = layout_path(text, text), .tag = {}, .digest = {}};
  }
  const std::string_view tag = text.substr(colon + 1);
  if (!is_valid_tag(tag)) {
    throw usage_error("'{}': '{}' is no tag (letters, digits, '.', '_' and '-', at most 128)",
                      printable(text), printable(tag));
  }
  return {.layout = layout_path(text.substr(0, colon), text), .tag = std::string(tag), .digest = {}};
}

}  // namespace compose
