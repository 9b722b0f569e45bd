// Where new blobs go: written once, hashed while written, named by their digest.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "signer/byte_sink.hpp"
#include "signer/digest.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

struct StoredBlob {
  BlobDigest digest;
  std::uint64_t size = 0;
};

// One blob being written. Dropped without finish: as if it had never been.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;
  virtual void write(std::span<const std::byte> bytes) = 0;
  virtual StoredBlob finish() = 0;
};

// Safe to use from several threads.
class BlobStore {
 public:
  virtual ~BlobStore() = default;
  [[nodiscard]] virtual std::unique_ptr<BlobWriter> create() = 0;
  // An own descriptor of a blob that is there already (or staged).
  [[nodiscard]] virtual std::optional<UniqueFd> find(const BlobDigest& digest) const = 0;
};

}  // namespace compose
