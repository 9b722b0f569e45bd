// What a file is, by its first bytes; its name says nothing.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace compose {

enum class ArchiveFormat {
  tar,  // also everything unknown: the tar reader says what is wrong with it
  zip,
  cpio,
  ar,  // of which a .deb is one
  rpm,
  gzip,
  zstd,
  bzip2,
  xz,
  lzma,
  lz4,
};

inline constexpr std::size_t format_bytes = 512;  // that archive_format wants to see

[[nodiscard]] ArchiveFormat archive_format(std::span<const std::byte> first_bytes);
[[nodiscard]] std::string_view archive_format_name(ArchiveFormat format);
// One compressed stream, with an archive inside.
[[nodiscard]] bool is_compression(ArchiveFormat format);

}  // namespace compose
