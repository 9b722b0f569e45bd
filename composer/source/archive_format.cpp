#include "composer/source/archive_format.hpp"

#include <algorithm>
#include <array>

#include "signer/byte_sink.hpp"

namespace compose {

namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  ArchiveFormat format;
};

constexpr std::array magics{
    Magic{"PK\x03\x04"sv, ArchiveFormat::zip},
    Magic{"PK\x05\x06"sv, ArchiveFormat::zip},  // without entries
    Magic{"070701"sv, ArchiveFormat::cpio},     // new, without and with checksums
    Magic{"070702"sv, ArchiveFormat::cpio},
    Magic{"070707"sv, ArchiveFormat::cpio},  // POSIX.1 "odc"
    Magic{"!<arch>\n"sv, ArchiveFormat::ar},
    Magic{"\xed\xab\xee\xdb"sv, ArchiveFormat::rpm},
    Magic{"\x1f\x8b"sv, ArchiveFormat::gzip},
    Magic{"\x28\xb5\x2f\xfd"sv, ArchiveFormat::zstd},
    Magic{"BZh"sv, ArchiveFormat::bzip2},
    Magic{"\xfd\x37zXZ\x00"sv, ArchiveFormat::xz},
    Magic{"\x5d\x00\x00"sv, ArchiveFormat::lzma},
    Magic{"\x04\x22\x4d\x18"sv, ArchiveFormat::lz4},
};

// RFC 8878, "Skippable Frames": magic numbers 0x184D2A50 to 0x184D2A5F, little-endian.
bool is_skippable_frame(std::string_view text) {
  return text.size() >= 4 && (static_cast<unsigned char>(text[0]) & 0xf0) == 0x50 &&
         text.substr(1, 3) == "\x2a\x4d\x18"sv;
}

}  // namespace

ArchiveFormat archive_format(std::span<const std::byte> first_bytes) {
  const std::string_view text = text_of(first_bytes);
  // First tar, whose first bytes are a name and could look like any magic.
  if (text.size() > 262 && text.substr(257, 5) == "ustar") return ArchiveFormat::tar;
  const auto known = std::find_if(magics.begin(), magics.end(),
                                  [text](const Magic& magic) { return text.starts_with(magic.bytes); });
  if (known != magics.end()) return known->format;
  return is_skippable_frame(text) ? ArchiveFormat::zstd : ArchiveFormat::tar;
}

std::string_view archive_format_name(ArchiveFormat format) {
  switch (format) {
    case ArchiveFormat::tar:
      return "tar";
    case ArchiveFormat::zip:
      return "zip";
    case ArchiveFormat::cpio:
      return "cpio";
    case ArchiveFormat::ar:
      return "ar";
    case ArchiveFormat::rpm:
      return "rpm";
    case ArchiveFormat::gzip:
      return "gzip";
    case ArchiveFormat::zstd:
      return "zstd";
    case ArchiveFormat::bzip2:
      return "bzip2";
    case ArchiveFormat::xz:
      return "xz";
    case ArchiveFormat::lzma:
      return "lzma";
    case ArchiveFormat::lz4:
      return "lz4";
  }
  return "archive";
}

bool is_compression(ArchiveFormat format) { return format >= ArchiveFormat::gzip; }

}  // namespace compose
