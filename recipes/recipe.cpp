#include "recipes/recipe.hpp"

#include <fmt/format.h>

#include <array>

#include "signer/printable.hpp"

namespace compose {

std::string SourcePosition::str() const { return fmt::format("{}:{}:{}", printable(file), line, column); }

std::string_view source_kind(const Source& source) {
  static constexpr std::array<std::string_view, 5> words = {"archive", "dir", "git", "oci", "files"};
  static_assert(words.size() == std::variant_size_v<Source>);
  return words[source.index()];
}

std::string_view compression_name(Compression compression) {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::zstd:
      break;
  }
  return "zstd";
}

std::string_view mount_kind_name(MountKind kind) { return kind == MountKind::config ? "config" : "data"; }

}  // namespace compose
