// What tar_writer and tar_reader share: the header block of POSIX.1-1988 (ustar) and the type
// flags. Both read and write nothing else of each other.
#pragma once

#include <cstddef>
#include <cstdint>

namespace compose {

inline constexpr std::size_t tar_block_size = 512;

struct TarBlock {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char user[32];
  char group[32];
  char major[8];
  char minor[8];
  char prefix[155];
  char rest[12];
};
static_assert(sizeof(TarBlock) == tar_block_size);

namespace tar_type {
inline constexpr char file = '0', hardlink = '1', symlink = '2', char_device = '3', block_device = '4',
                      directory = '5', fifo = '6', contiguous = '7', old_file = '\0';
inline constexpr char pax = 'x', global_pax = 'g', gnu_long_name = 'L', gnu_long_link = 'K', gnu_sparse = 'S';
}  // namespace tar_type

inline constexpr const char* whiteout_prefix = ".wh.";
inline constexpr const char* opaque_name = ".wh..wh..opq";
inline constexpr const char* xattr_keyword = "SCHILY.xattr.";

// Bytes of zero that fill a body up to a whole block.
[[nodiscard]] constexpr std::uint64_t tar_padding(std::uint64_t size) {
  return (tar_block_size - size % tar_block_size) % tar_block_size;
}

// The sum of all bytes of a header, the checksum's own taken as spaces.
struct TarChecksum {
  std::uint32_t plain = 0;        // bytes as unsigned: POSIX
  std::int32_t signed_bytes = 0;  // as some old programs did
};
[[nodiscard]] TarChecksum tar_checksum(const TarBlock& block);

}  // namespace compose
