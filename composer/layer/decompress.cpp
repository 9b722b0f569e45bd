#include "composer/layer/decompress.hpp"

#include <array>
#include <limits>
#include <variant>

#include "composer/layer/gzip_stream.hpp"
#include "composer/layer/zstd_frame.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

// The bytes as they are.
class Unchanged {
 public:
  explicit Unchanged(ByteSink sink) : sink_(std::move(sink)) {}
  void feed(std::span<const std::byte> bytes) { sink_(bytes); }
  void finish() {}

 private:
  ByteSink sink_;
};

using Decoder =
    std::variant<std::unique_ptr<Unchanged>, std::unique_ptr<GzipDecoder>, std::unique_ptr<ZstdDecoder>>;

Decoder make_decoder(Compression compression, unsigned window_log, ByteSink sink) {
  switch (compression) {
    case Compression::none:
      return std::make_unique<Unchanged>(std::move(sink));
    case Compression::gzip:
      return std::make_unique<GzipDecoder>(std::move(sink));
    case Compression::zstd:
      return std::make_unique<ZstdDecoder>(window_log, std::move(sink));
  }
  throw failure_error("unknown compression");
}

}  // namespace

struct Decompressor::State {
  ByteSink sink;
  DecompressLimits limits;
  std::uint64_t in = 0;
  std::uint64_t out = 0;
  Decoder decoder;

  State(Compression compression, ByteSink target, DecompressLimits bounds)
      : sink(std::move(target)),
        limits(bounds),
        decoder(make_decoder(compression, bounds.window_log, [this](auto bytes) { pass(bytes); })) {}

  void pass(std::span<const std::byte> bytes) {
    out += bytes.size();
    if (out > limits.bytes) throw verdict_error("expands to more than {} bytes", limits.bytes);
    if (out > limits.ratio_from && out / limits.ratio > in) {
      throw verdict_error("expands to more than {} times its size", limits.ratio);
    }
    sink(bytes);
  }
};

Decompressor::Decompressor(Compression compression, ByteSink sink, DecompressLimits limits)
    : state_(std::make_unique<State>(compression, std::move(sink), limits)) {}

Decompressor::~Decompressor() = default;

void Decompressor::feed(std::span<const std::byte> bytes) {
  if (bytes.empty()) return;
  state_->in += bytes.size();
  std::visit([&](const auto& decoder) { decoder->feed(bytes); }, state_->decoder);
}

void Decompressor::finish() {
  std::visit([](const auto& decoder) { decoder->finish(); }, state_->decoder);
}

Compression sniff_compression(std::span<const std::byte> first_bytes) {
  const auto begins_with = [&](std::initializer_list<unsigned char> magic) {
    if (first_bytes.size() < magic.size()) return false;
    std::size_t i = 0;
    for (const unsigned char value : magic) {
      if (first_bytes[i++] != std::byte{value}) return false;
    }
    return true;
  };
  if (begins_with({0x1f, 0x8b})) return Compression::gzip;
  if (begins_with({0x28, 0xb5, 0x2f, 0xfd})) return Compression::zstd;
  const bool skippable = first_bytes.size() >= 4 && (first_bytes[0] & std::byte{0xf0}) == std::byte{0x50} &&
                         first_bytes[1] == std::byte{0x2a} && first_bytes[2] == std::byte{0x4d} &&
                         first_bytes[3] == std::byte{0x18};
  return skippable ? Compression::zstd : Compression::none;
}

}  // namespace compose
