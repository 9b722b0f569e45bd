// Bytes and streams for the tests of compression.
#pragma once

#include <cstddef>
#include <random>
#include <string>

#include "composer/layer/compress.hpp"
#include "composer/layer/decompress.hpp"

namespace compose::test {

// Half text-like, half noise; the same for the same size and seed.
inline std::string sample(std::size_t size, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::string bytes;
  bytes.reserve(size + 64);
  while (bytes.size() < size) {
    if (random() % 2 == 0) {
      bytes += "/usr/share/doc/package-" + std::to_string(random() % 5000) + "/copyright\n";
    } else {
      for (int i = 0; i < 16; ++i) bytes += static_cast<char>(random());
    }
  }
  bytes.resize(size);
  return bytes;
}

template <typename Feed>
void in_pieces(std::string_view bytes, std::size_t piece, Feed&& feed) {
  while (!bytes.empty()) {
    feed(bytes_of(bytes.substr(0, piece)));
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
}

inline ByteSink append_to(std::string& text) {
  return [&text](std::span<const std::byte> bytes) { text += text_of(bytes); };
}

inline std::string compressed(CompressionPool& pool, Compression compression, std::string_view bytes,
                              std::size_t piece = 100'000) {
  std::string out;
  CompressStream stream(pool, compression, append_to(out));
  in_pieces(bytes, piece, [&](auto part) { stream.write(part); });
  stream.finish();
  return out;
}

inline std::string compressed(unsigned threads, Compression compression, std::string_view bytes,
                              std::size_t piece = 100'000) {
  CompressionPool pool(threads);
  return compressed(pool, compression, bytes, piece);
}

inline std::string decompressed(Compression compression, std::string_view bytes, std::size_t piece = 65536,
                                DecompressLimits limits = {}) {
  std::string out;
  Decompressor decompressor(compression, append_to(out), limits);
  in_pieces(bytes, piece, [&](auto part) { decompressor.feed(part); });
  decompressor.finish();
  return out;
}

}  // namespace compose::test
