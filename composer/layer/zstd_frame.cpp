#include "composer/layer/zstd_frame.hpp"

#include <zstd.h>

#include <new>
#include <vector>

#include "composer/layer/unit_start.hpp"
#include "signer/c_handle.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// Error of a call that only a lack of memory or a bug can fail.
std::size_t must(std::size_t result) {
  if (ZSTD_isError(result)) throw failure_error("zstd: {}", ZSTD_getErrorName(result));
  return result;
}

bool begins_frame(std::span<const std::byte> four) {
  std::uint32_t magic = 0;
  for (std::size_t i = 4; i-- > 0;) magic = magic << 8 | std::to_integer<std::uint32_t>(four[i]);
  return magic == ZSTD_MAGICNUMBER || (magic & ZSTD_MAGIC_SKIPPABLE_MASK) == ZSTD_MAGIC_SKIPPABLE_START;
}

}  // namespace

std::string zstd_version() { return ZSTD_versionString(); }

struct ZstdEncoder::State {
  CHandle<ZSTD_CCtx, ZSTD_freeCCtx> context{ZSTD_createCCtx()};
};

ZstdEncoder::ZstdEncoder() : state_(std::make_unique<State>()) {
  ZSTD_CCtx* context = state_->context.get();
  if (context == nullptr) throw std::bad_alloc();
  must(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, zstd_level));
  must(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1));
  must(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1));
}

ZstdEncoder::~ZstdEncoder() = default;

std::size_t ZstdEncoder::bound(std::size_t block) { return must(ZSTD_compressBound(block)); }

std::size_t ZstdEncoder::encode(std::span<const std::byte> block, std::span<std::byte> frame) {
  return must(ZSTD_compress2(state_->context.get(), frame.data(), frame.size(), block.data(), block.size()));
}

struct ZstdDecoder::State {
  CHandle<ZSTD_DCtx, ZSTD_freeDCtx> context{ZSTD_createDCtx()};
  ByteSink sink;
  std::vector<std::byte> content = std::vector<std::byte>(ZSTD_DStreamOutSize());
  UnitStart start;
  bool inside = false;  // a frame
  bool any = false;     // frame so far

  void begin() {
    if (!begins_frame(start.bytes())) {
      throw verdict_error("zstd: {}", any ? "bytes after the last frame" : "not a zstd stream");
    }
    inside = true;
    any = true;
    decode(start.bytes());
    start.clear();
  }

  // Returns what lies behind the frame, if it ends here.
  std::span<const std::byte> decode(std::span<const std::byte> bytes) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    bool full = false;  // more content may wait
    while (inside && (full || in.pos < in.size)) {
      ZSTD_outBuffer out{content.data(), content.size(), 0};
      const std::size_t result = ZSTD_decompressStream(context.get(), &out, &in);
      if (ZSTD_isError(result)) throw verdict_error("zstd: {}", ZSTD_getErrorName(result));
      if (out.pos > 0) sink(std::span(content).first(out.pos));
      full = out.pos == out.size;
      inside = result != 0;
    }
    return bytes.subspan(in.pos);
  }
};

ZstdDecoder::ZstdDecoder(unsigned window_log, ByteSink sink) : state_(std::make_unique<State>()) {
  if (!state_->context) throw std::bad_alloc();
  state_->sink = std::move(sink);
  must(ZSTD_DCtx_setParameter(state_->context.get(), ZSTD_d_windowLogMax, static_cast<int>(window_log)));
}

ZstdDecoder::~ZstdDecoder() = default;

void ZstdDecoder::feed(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    if (state_->inside) {
      bytes = state_->decode(bytes);
    } else if (state_->start.gather(bytes)) {
      state_->begin();
    }
  }
}

void ZstdDecoder::finish() {
  if (state_->inside) throw verdict_error("zstd: ends inside a frame");
  if (!state_->any) throw verdict_error("zstd: not a zstd stream");
  if (!state_->start.empty()) throw verdict_error("zstd: bytes after the last frame");
}

}  // namespace compose
