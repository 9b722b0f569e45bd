// gzip (RFC 1952): a strict stream of members back to its content.
#pragma once

#include <memory>
#include <span>

#include "signer/byte_sink.hpp"

namespace compose {

// Takes any number of whole members, at least one, and nothing else: not even the zero bytes
// that gzip(1) forgives. CRC-32 and length of each are checked. Verdict Errors.
class GzipDecoder {
 public:
  explicit GzipDecoder(ByteSink sink);
  ~GzipDecoder();
  void feed(std::span<const std::byte> bytes);
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
