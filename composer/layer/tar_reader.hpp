// Tar bytes → entries, streaming, in bounded memory.
//
// Two dialects: `strict` takes only what tar_writer would have written; `oci` takes what the
// OCI image-spec allows in layers of others (ustar, PAX, GNU long names and base-256 numbers).
// Both refuse: absolute names, "..", empty names, NUL inside names, names of over-long
// components, duplicates, unknown types, sparse files, hard links with bodies or to a name not
// seen before, checksum errors, sizes that disagree, headers above 1 MiB, global PAX headers
// (the oci dialect takes the comment of `git archive`), two PAX headers for one entry, ids or
// times out of range, missing end marker, bytes after it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "composer/layer/file_tree.hpp"
#include "signer/byte_sink.hpp"
#include "signer/finding.hpp"

namespace compose {

enum class TarDialect { strict, oci };

struct TarLimits {
  std::size_t entries = 1'000'000;
  std::size_t header_bytes = 1u << 20;
};

// Push parser: feed it the stream in pieces of any size, then finish.
class TarReader {
 public:
  // Called when an entry's header is complete. `content` of the entry is the offset of its
  // body in the tar stream. Whiteouts come as EntryType::whiteout and ::opaque.
  using OnEntry = std::function<void(const TreeEntry&)>;
  // Called with each piece of the current regular file's body.
  using OnContent = ByteSink;

  TarReader(TarDialect dialect, OnEntry on_entry, OnContent on_content = {}, TarLimits limits = {});
  ~TarReader();
  TarReader(TarReader&&) noexcept;

  // What breaks a rule but leaves the stream readable is a fault (code "tar-…"; message with
  // entry and rule, `where` left to the caller), and reading goes on; an entry with a fault is
  // not handed on. A stream that cannot be followed any further is one more fault with code
  // "tar-broken", after which feed does nothing. At most 100 faults are named, then "tar-more".
  void feed(std::span<const std::byte> bytes);
  void finish();
  [[nodiscard]] const Findings& faults() const;
  [[nodiscard]] bool broken() const;
  // Did the layer bring this path so far, be it as a folder on the way to another path?
  [[nodiscard]] bool holds(std::string_view path) const;
  [[nodiscard]] bool holds_folder(std::string_view path) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
