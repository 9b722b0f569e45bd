// Unpacked bytes that are needed again and do not fit in memory: a file without a name.
#pragma once

#include <cstdint>

#include "signer/byte_sink.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

// Bytes that a source unpacks to: a bomb is stopped before the disk is full.
struct ExpansionLimits {
  std::uint64_t bytes = 64ull << 30;
  std::uint64_t ratio = 2000;  // output per input byte, beyond the first 64 MiB
};

class Spool {
 public:
  // In TMPDIR, else /var/tmp (which is a disk), else /tmp. `packed` is the size of what is
  // being unpacked. Throws failure Errors.
  explicit Spool(std::uint64_t packed, ExpansionLimits limits = {});

  // Throws a usage Error when the limits are passed.
  void write(std::span<const std::byte> bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] UniqueFd release() { return std::move(fd_); }

 private:
  UniqueFd fd_;
  std::uint64_t packed_;
  ExpansionLimits limits_;
  std::uint64_t size_ = 0;
};

}  // namespace compose
