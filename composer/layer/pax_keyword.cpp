#include "composer/layer/pax_keyword.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "composer/layer/tar_format.hpp"

namespace compose {

namespace {

constexpr std::array<std::string_view, 6> understood = {"path", "linkpath", "size", "uid", "gid", "mtime"};
constexpr std::array<std::string_view, 7> harmless = {"atime",   "ctime",   "uname",     "gname",
                                                      "comment", "charset", "hdrcharset"};
constexpr std::array<std::string_view, 6> harmless_schily = {
    "SCHILY.dev", "SCHILY.ino", "SCHILY.nlink", "SCHILY.fflags", "SCHILY.filetype", "SCHILY.tarfiletype"};

template <std::size_t N>
bool is_one_of(std::string_view keyword, const std::array<std::string_view, N>& all) {
  return std::find(all.begin(), all.end(), keyword) != all.end();
}

}  // namespace

std::optional<RuleBreach> pax_keyword_breach(std::string_view keyword) {
  if (is_one_of(keyword, understood) || is_one_of(keyword, harmless)) return std::nullopt;
  if (is_one_of(keyword, harmless_schily) || keyword.starts_with(xattr_keyword)) return std::nullopt;
  if (keyword.starts_with("SCHILY.acl.")) return std::nullopt;
  if (keyword.starts_with("GNU.sparse.") || keyword == "SCHILY.realsize" || keyword == "SUN.holesdata") {
    return RuleBreach{"tar-sparse", "a sparse file"};
  }
  const bool own_vendor = keyword.starts_with("SCHILY.") || keyword.starts_with("GNU.");
  if (own_vendor || keyword.find('.') == std::string_view::npos) {
    return RuleBreach{"tar-pax",
                      fmt::format("the PAX keyword '{}' has no place in a layer", shown_name(keyword))};
  }
  return std::nullopt;
}

}  // namespace compose
