#include "composer/layer/gzip_stream.hpp"

#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "composer/layer/unit_start.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

constexpr std::size_t content_piece = 256u << 10;

// RFC 1952, 2.3: the magic, the method "deflate", and no reserved flag.
bool begins_member(std::span<const std::byte> four) {
  return four[0] == std::byte{0x1f} && four[1] == std::byte{0x8b} && four[2] == std::byte{8} &&
         (four[3] & std::byte{0xe0}) == std::byte{0};
}

std::string_view reason_of(int result) {
  switch (result) {
    case ISAL_INVALID_BLOCK:
      return "broken block";
    case ISAL_INVALID_SYMBOL:
      return "broken symbol";
    case ISAL_INVALID_LOOKBACK:
      return "refers to what lies before the member";
    case ISAL_INCORRECT_CHECKSUM:
      return "checksum or length differs";
    default:
      return "broken member";
  }
}

}  // namespace

struct GzipDecoder::State {
  inflate_state inflate;
  ByteSink sink;
  std::vector<std::byte> content = std::vector<std::byte>(content_piece);
  UnitStart start;
  bool inside = false;  // a member
  bool any = false;     // member so far

  void begin() {
    if (!begins_member(start.bytes())) {
      throw verdict_error("gzip: {}", any ? "bytes after the last member" : "not a gzip stream");
    }
    isal_inflate_init(&inflate);
    inflate.crc_flag = ISAL_GZIP;
    inside = true;
    any = true;
    decode(start.bytes());
    start.clear();
  }

  // Returns what lies behind the member, if it ends here.
  std::span<const std::byte> decode(std::span<const std::byte> bytes) {
    constexpr std::size_t most = std::numeric_limits<std::uint32_t>::max();
    const auto piece = bytes.first(std::min(bytes.size(), most));
    // The library only reads through next_in; its interface is not const.
    inflate.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(piece.data()));
    inflate.avail_in = static_cast<std::uint32_t>(piece.size());
    while (inside && step()) {
    }
    return bytes.subspan(piece.size() - inflate.avail_in);
  }

  // True if there is more to do with the input at hand.
  bool step() {
    inflate.next_out = reinterpret_cast<std::uint8_t*>(content.data());
    inflate.avail_out = static_cast<std::uint32_t>(content.size());
    const std::uint32_t before = inflate.avail_in;
    const int result = isal_inflate(&inflate);
    if (result != ISAL_DECOMP_OK && result != ISAL_END_INPUT)
      throw verdict_error("gzip: {}", reason_of(result));
    const std::size_t made = content.size() - inflate.avail_out;
    if (made > 0) sink(std::span(content).first(made));
    inside = inflate.block_state != ISAL_BLOCK_FINISH;
    if (made == content.size()) return true;
    if (inside && inflate.avail_in > 0 && inflate.avail_in == before && made == 0) {
      throw verdict_error("gzip: broken member");  // nothing moves any more
    }
    return inflate.avail_in > 0;
  }
};

GzipDecoder::GzipDecoder(ByteSink sink) : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
}

GzipDecoder::~GzipDecoder() = default;

void GzipDecoder::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (state_->inside) {
      bytes = state_->decode(bytes);
    } else if (state_->start.gather(bytes)) {
      state_->begin();
    }
  }
}

void GzipDecoder::finish() {
  if (state_->inside) throw verdict_error("gzip: ends inside a member");
  if (!state_->any) throw verdict_error("gzip: not a gzip stream");
  if (!state_->start.empty()) throw verdict_error("gzip: bytes after the last member");
}

}  // namespace compose
