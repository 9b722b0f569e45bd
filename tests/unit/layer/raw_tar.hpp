// Tar headers made by hand, as wrong as a test wants them.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace compose::test {

inline std::string in_blocks(std::string bytes) {
  bytes.resize((bytes.size() + 511) / 512 * 512, '\0');
  return bytes;
}

inline const std::string end_marker(1024, '\0');

// Puts the right checksum into the header block at `offset`.
inline void fix_checksum(std::string& tar, std::size_t offset = 0) {
  std::fill_n(tar.begin() + static_cast<std::ptrdiff_t>(offset) + 148, 8, ' ');
  unsigned sum = 0;
  for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(tar[offset + i]);
  tar.replace(offset + 148, 7, fmt::format("{:06o}", sum) + '\0');
}

// One entry: header and body in whole blocks. The fields are bytes, as they shall stand.
struct Raw {
  std::string name;
  char type = '0';
  std::string body;
  std::string link;
  std::string mode = "0000644";
  std::string uid = "0000000";
  std::string gid = "0000000";
  std::string size;  // empty: that of the body
  std::string mtime = "00000000000";
  std::string magic = std::string(
      "ustar\0"
      "00",
      8);
  std::string user;
  std::string major = "0000000";
  std::string minor = "0000000";
  std::string prefix;

  [[nodiscard]] std::string str() const {
    std::string block(512, '\0');
    const auto put = [&](std::size_t at, std::size_t most, std::string_view text) {
      block.replace(at, std::min(most, text.size()), text.substr(0, most));
    };
    put(0, 100, name);
    put(100, 8, mode);
    put(108, 8, uid);
    put(116, 8, gid);
    put(124, 12, size.empty() ? fmt::format("{:011o}", body.size()) : size);
    put(136, 12, mtime);
    block[156] = type;
    put(157, 100, link);
    put(257, 8, magic);
    put(265, 32, user);
    put(329, 8, major);
    put(337, 8, minor);
    put(345, 155, prefix);
    fix_checksum(block);
    return block + in_blocks(body);
  }
};

inline std::string raw_file(std::string name, std::string body = "") {
  Raw raw;
  raw.name = std::move(name);
  raw.body = std::move(body);
  return raw.str();
}

inline std::string raw_dir(std::string name) {
  Raw raw;
  raw.name = std::move(name);
  raw.type = '5';
  raw.mode = "0000755";
  return raw.str();
}

inline std::string raw_link(std::string name, std::string target, char type = '2') {
  Raw raw;
  raw.name = std::move(name);
  raw.type = type;
  raw.link = std::move(target);
  if (type == '2') raw.mode = "0000777";
  return raw.str();
}

// An extension header: 'x', 'g', 'L' or 'K'.
inline std::string raw_extension(char type, std::string body) {
  Raw raw;
  raw.name = type == 'x' || type == 'g' ? "PaxHeaders/x" : "././@LongLink";
  raw.type = type;
  raw.body = std::move(body);
  return raw.str();
}

inline std::string pax_record(std::string_view keyword, std::string_view value) {
  const std::size_t rest = keyword.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) length = rest + std::to_string(length).size();
  return fmt::format("{} {}={}\n", length, keyword, value);
}

inline std::string raw_pax(std::string_view keyword, std::string_view value) {
  return raw_extension('x', pax_record(keyword, value));
}

}  // namespace compose::test
