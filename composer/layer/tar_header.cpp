#include "composer/layer/tar_header.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

#include "composer/layer/pax_record.hpp"
#include "composer/layer/tar_format.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// False if the number does not fit; the field is zero then.
template <std::size_t N>
bool put_octal(char (&field)[N], std::uint64_t value) {
  constexpr std::size_t digits = N - 1;
  const bool fits = value >> (3 * digits) == 0;
  if (!fits) value = 0;
  for (std::size_t i = digits; i > 0; --i, value >>= 3) field[i - 1] = static_cast<char>('0' + (value & 7));
  return fits;
}

// False if the text does not fit; its first bytes are in the field then.
template <std::size_t N>
bool put_text(char (&field)[N], std::string_view text) {
  std::memcpy(field, text.data(), std::min(N, text.size()));
  return text.size() <= N;
}

void put_checksum(TarBlock& block) {
  std::uint32_t sum = tar_checksum(block).plain;
  block.checksum[7] = ' ';
  block.checksum[6] = '\0';
  for (std::size_t i = 6; i > 0; --i, sum >>= 3) block.checksum[i - 1] = static_cast<char>('0' + (sum & 7));
}

TarBlock blank_block(char type) {
  TarBlock block{};
  block.type = type;
  std::memcpy(block.magic, "ustar", 6);
  std::memcpy(block.version, "00", 2);
  put_octal(block.major, 0);
  put_octal(block.minor, 0);
  return block;
}

char type_flag(EntryType type) {
  switch (type) {
    case EntryType::file:
    case EntryType::whiteout:
    case EntryType::opaque:
      return tar_type::file;
    case EntryType::directory:
      return tar_type::directory;
    case EntryType::symlink:
      return tar_type::symlink;
    case EntryType::hardlink:
      return tar_type::hardlink;
    case EntryType::char_device:
      return tar_type::char_device;
    case EntryType::block_device:
      return tar_type::block_device;
    case EntryType::fifo:
      return tar_type::fifo;
  }
  throw failure_error("an entry of unknown type");
}

std::string tar_name(const TreeEntry& entry) {
  if (entry.type == EntryType::directory) return (entry.path.empty() ? "." : entry.path) + "/";
  if (entry.type != EntryType::whiteout && entry.type != EntryType::opaque) return entry.path;
  const bool opaque = entry.type == EntryType::opaque;
  std::string name(opaque ? entry.path : std::string(parent_path(entry.path)));
  if (!name.empty()) name += '/';
  if (opaque) return name + opaque_name;
  return name + whiteout_prefix + entry.path.substr(entry.path.rfind('/') + 1);
}

// Where `name` is cut into prefix and name: at the last '/' that leaves two parts that fit.
std::optional<std::size_t> split_at(std::string_view name) {
  constexpr std::size_t most_prefix = sizeof(TarBlock::prefix), most_name = sizeof(TarBlock::name);
  // A slash at the very end belongs to the name.
  const std::size_t slash = name.rfind('/', std::min(most_prefix, name.size() - 2));
  if (slash == std::string_view::npos || slash == 0 || name.size() - slash - 1 > most_name)
    return std::nullopt;
  return slash;
}

bool put_name(TarBlock& block, std::string_view name) {
  if (name.size() > sizeof block.name) {
    if (const auto slash = split_at(name)) {
      put_text(block.prefix, name.substr(0, *slash));
      name.remove_prefix(*slash + 1);
    }
  }
  return put_text(block.name, name);
}

void put_attributes(TarBlock& block, const TreeEntry& entry, PaxRecords& records) {
  const bool marker = entry.type == EntryType::whiteout || entry.type == EntryType::opaque;
  const Attributes marker_attributes{.mode = 0644, .uid = 0, .gid = 0, .xattrs = {}};
  const Attributes& attributes = marker ? marker_attributes : entry.attributes;
  put_octal(block.mode, attributes.mode);
  if (!put_octal(block.uid, attributes.uid)) records["uid"] = std::to_string(attributes.uid);
  if (!put_octal(block.gid, attributes.gid)) records["gid"] = std::to_string(attributes.gid);
  for (const auto& [name, value] : attributes.xattrs) records[xattr_keyword + name] = value;
  put_octal(block.mtime, static_cast<std::uint64_t>(entry.mtime));
}

void append_block(std::string& out, TarBlock& block) {
  put_checksum(block);
  out.append(reinterpret_cast<const char*>(&block), sizeof block);
}

void append_pax_header(std::string& out, const PaxRecords& records, std::string_view name) {
  const std::string body = encode_pax_records(records);
  if (name.ends_with('/')) name.remove_suffix(1);
  TarBlock block = blank_block(tar_type::pax);
  put_text(block.name, "PaxHeaders/" + std::string(name.substr(name.rfind('/') + 1).substr(0, 80)));
  put_octal(block.mode, 0644);
  put_octal(block.uid, 0);
  put_octal(block.gid, 0);
  put_octal(block.size, body.size());
  put_octal(block.mtime, 0);
  append_block(out, block);
  out += body;
  out.append(tar_padding(body.size()), '\0');
}

}  // namespace

TarChecksum tar_checksum(const TarBlock& block) {
  char bytes[tar_block_size];
  std::memcpy(bytes, &block, sizeof bytes);
  TarChecksum sum;
  const auto add = [&](char c) {
    sum.plain += static_cast<unsigned char>(c);
    sum.signed_bytes += static_cast<signed char>(c);
  };
  constexpr std::size_t begin = offsetof(TarBlock, checksum), end = begin + sizeof block.checksum;
  for (std::size_t i = 0; i < sizeof bytes; ++i) add(i >= begin && i < end ? ' ' : bytes[i]);
  return sum;
}

void append_tar_header(std::string& out, const TreeEntry& entry) {
  TarBlock block = blank_block(type_flag(entry.type));
  PaxRecords records;
  const std::string name = tar_name(entry);
  if (!put_name(block, name)) records["path"] = name;
  if (!put_text(block.link, entry.link)) records["linkpath"] = entry.link;
  put_attributes(block, entry, records);
  const std::uint64_t size = entry.type == EntryType::file ? entry.size : 0;
  if (!put_octal(block.size, size)) records["size"] = std::to_string(size);
  put_octal(block.major, entry.device_major);
  put_octal(block.minor, entry.device_minor);
  if (!records.empty()) append_pax_header(out, records, name);
  append_block(out, block);
}

}  // namespace compose
