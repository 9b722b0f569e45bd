// Archives by hand: also those that no honest program writes.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "composer/layer/tar_header.hpp"

namespace compose::test {

class TarBytes {
 public:
  TarBytes& add(const TreeEntry& entry, std::string_view body = {}) {
    append_tar_header(bytes_, entry);
    bytes_ += body;
    bytes_.append((512 - bytes_.size() % 512) % 512, '\0');
    return *this;
  }
  TarBytes& file(std::string path, std::string_view body, unsigned mode = 0644) {
    TreeEntry entry;
    entry.path = std::move(path);
    entry.attributes.mode = mode;
    entry.size = body.size();
    return add(entry, body);
  }
  TarBytes& directory(std::string path, unsigned mode = 0755) {
    TreeEntry entry;
    entry.path = std::move(path);
    entry.type = EntryType::directory;
    entry.attributes.mode = mode;
    return add(entry);
  }
  TarBytes& link(EntryType type, std::string path, std::string target) {
    TreeEntry entry;
    entry.path = std::move(path);
    entry.type = type;
    entry.link = std::move(target);
    entry.attributes.mode = type == EntryType::symlink ? 0777 : 0644;
    return add(entry);
  }
  [[nodiscard]] std::string end() const { return bytes_ + std::string(1024, '\0'); }
  [[nodiscard]] const std::string& without_end() const { return bytes_; }

 private:
  std::string bytes_;
};

// cpio "newc": fields of eight hex digits.
class CpioBytes {
 public:
  struct Item {
    std::string name;
    unsigned mode = 0100644;
    std::string body = {};
    unsigned inode = 0;
    unsigned links = 1;
  };
  CpioBytes& add(const Item& item) {
    char header[111];
    std::snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
                  item.inode == 0 ? ++inode_ : item.inode, item.mode, 7u, 8u, item.links, 1000u,
                  static_cast<unsigned>(item.body.size()), 0u, 0u, 0u, 0u,
                  static_cast<unsigned>(item.name.size() + 1), 0u);
    bytes_ += header;
    bytes_ += item.name;
    bytes_ += '\0';
    pad();
    bytes_ += item.body;
    pad();
    return *this;
  }
  [[nodiscard]] std::string end() {
    add({"TRAILER!!!", 0});
    return bytes_;
  }

 private:
  void pad() { bytes_.append((4 - bytes_.size() % 4) % 4, '\0'); }
  std::string bytes_;
  unsigned inode_ = 100;
};

// Zip with stored (not deflated) members, made on Unix.
class ZipBytes {
 public:
  ZipBytes& add(const std::string& name, std::string_view body, unsigned mode = 0100644, unsigned flags = 0) {
    const auto offset = bytes_.size();
    const std::string common = le16(flags) + le16(0) + le16(0) + le16(0x5821) + le32(crc32(body)) +
                               le32(body.size()) + le32(body.size()) + le16(name.size()) + le16(0);
    bytes_ += "PK\x03\x04" + le16(20) + common + name + std::string(body);
    central_ += "PK\x01\x02" + le16(0x031e) + le16(20) + common + le16(0) + le16(0) + le16(0) +
                le32(mode << 16) + le32(offset) + name;
    ++count_;
    return *this;
  }
  [[nodiscard]] std::string end() const {
    return bytes_ + central_ + "PK\x05\x06" + le16(0) + le16(0) + le16(count_) + le16(count_) +
           le32(central_.size()) + le32(bytes_.size()) + le16(0);
  }

 private:
  static std::string le16(std::size_t value) {
    return {static_cast<char>(value & 0xff), static_cast<char>(value >> 8 & 0xff)};
  }
  static std::string le32(std::size_t value) { return le16(value & 0xffff) + le16(value >> 16); }
  static std::size_t crc32(std::string_view bytes) {
    std::uint32_t crc = 0xffffffff;
    for (const char byte : bytes) {
      crc ^= static_cast<unsigned char>(byte);
      for (int i = 0; i < 8; ++i) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0u);
    }
    return crc ^ 0xffffffff;
  }
  std::string bytes_, central_;
  std::size_t count_ = 0;
};

inline std::string ar_member(const std::string& name, std::string_view body) {
  char header[61];
  std::snprintf(header, sizeof header, "%-16s%-12d%-6d%-6d%-8o%-10zu`\n", name.c_str(), 0, 0, 0, 0100644u,
                body.size());
  return header + std::string(body) + (body.size() % 2 == 0 ? "" : "\n");
}

}  // namespace compose::test
