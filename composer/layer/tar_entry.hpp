// A header block and the extension headers before it → an entry, and what is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/pax_record.hpp"
#include "composer/layer/tar_faults.hpp"
#include "composer/layer/tar_format.hpp"

namespace compose {

// What extension headers said about the entry to come.
struct TarExtensions {
  bool pax_seen = false;
  PaxRecords pax;
  std::optional<std::string> long_name;  // GNU
  std::optional<std::string> long_link;
  [[nodiscard]] bool empty() const { return !pax_seen && !long_name && !long_link; }
};

struct DecodedEntry {
  TreeEntry entry;         // as far as it could be understood
  std::uint64_t body = 0;  // bytes that follow, without padding
  bool sized = true;       // false: nobody knows where the next header is
};

// A name for messages, before the entry is understood.
[[nodiscard]] std::string raw_name(const TarBlock& block, const TarExtensions& extensions);

// The rules that both dialects share; what only the strict one refuses is the reader's.
[[nodiscard]] DecodedEntry decode_tar_entry(const TarBlock& block, const TarExtensions& extensions,
                                            TarFaults& faults);

}  // namespace compose
