#include "composer/layer/compress.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "signer/atomic_file.hpp"
#include "signer/digest.hpp"
#include "signer/error.hpp"
#include "signer/temporary_folder.hpp"
#include "tests/unit/layer/streams.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t block = 2u << 20;
const auto packed_kinds = {Compression::gzip, Compression::zstd};

std::string through(const std::string& command, const std::string& bytes) {
  const TemporaryFolder folder("compose-test");
  const auto in = (folder.path() / "in").string();
  const auto out = (folder.path() / "out").string();
  replace_file(in, bytes);
  REQUIRE(std::system((command + " <" + in + " >" + out).c_str()) == 0);  // NOLINT: own names only
  return read_file(out, 64u << 20);
}

}  // namespace

TEST_CASE("compress: the bytes do not depend on threads or on pieces", "[layer][compress]") {
  const auto kind = GENERATE(values<Compression>({Compression::gzip, Compression::zstd}));
  const auto size = GENERATE(std::size_t{0}, 1, block - 1, block, block + 1, 3 * block, 3 * block + 17);
  CAPTURE(static_cast<int>(kind), size);
  const std::string bytes = sample(size);
  const std::string expected = compressed(1, kind, bytes);
  CHECK(decompressed(kind, expected) == bytes);
  for (const unsigned threads : {2u, 3u, 8u}) {
    CHECK(compressed(threads, kind, bytes) == expected);
  }
  CHECK(compressed(2, kind, bytes, block) == expected);
  CHECK(compressed(2, kind, bytes, size + 1) == expected);
  CHECK(compressed(2, kind, bytes, 4097) == expected);
}

TEST_CASE("compress: none passes the bytes through", "[layer][compress]") {
  const std::string bytes = sample(3 * block + 5);
  CHECK(compressed(2, Compression::none, bytes) == bytes);
  CHECK(compressed(2, Compression::none, "").empty());
}

TEST_CASE("compress: an empty stream is one empty frame or member", "[layer][compress]") {
  CHECK(compressed(1, Compression::zstd, "").starts_with("\x28\xb5\x2f\xfd"));
  CHECK(compressed(1, Compression::gzip, "").starts_with("\x1f\x8b"));
  for (const auto kind : packed_kinds) CHECK(decompressed(kind, compressed(1, kind, "")).empty());
}

TEST_CASE("compress: gzip headers tell nothing of the machine", "[layer][compress]") {
  using namespace std::string_literals;
  CHECK(compressed(1, Compression::gzip, "abc").substr(0, 10) == "\x1f\x8b\x08\0\0\0\0\0\0\xff"s);
}

TEST_CASE("compress: the tools of the system read it", "[layer][compress]") {
  const std::string bytes = sample(2 * block + 12345);
  CHECK(through("zstd -dcq", compressed(2, Compression::zstd, bytes)) == bytes);
  CHECK(through("gzip -dc", compressed(2, Compression::gzip, bytes)) == bytes);
  CHECK(through("zstd -dcq", compressed(2, Compression::zstd, "")).empty());
  CHECK(through("gzip -dc", compressed(2, Compression::gzip, "")).empty());
}

TEST_CASE("compress: the tools' own streams are read", "[layer][decompress]") {
  const std::string bytes = sample(2 * block + 12345);
  CHECK(decompressed(Compression::zstd, through("zstd -19q --long=27", bytes)) == bytes);
  CHECK(decompressed(Compression::zstd, through("zstd -1q --no-check", bytes)) == bytes);
  CHECK(decompressed(Compression::gzip, through("gzip -9", bytes)) == bytes);
  CHECK(decompressed(Compression::gzip, through("gzip -1", bytes)) == bytes);
}

TEST_CASE("compress: what the encoders' ids stand for is pinned", "[layer][compress]") {
  CHECK(encoder_id(Compression::none) == "none");
  CHECK_THAT(encoder_id(Compression::zstd), Catch::Matchers::Matches("zstd-1\\.[0-9.]+/l3/2MiB"));
  CHECK_THAT(encoder_id(Compression::gzip), Catch::Matchers::Matches("libdeflate-1\\.[0-9]+/l6/2MiB"));
  const std::string bytes = sample(block + 4096);
  const auto digest = [&](Compression kind) { return sha256(compressed(2, kind, bytes)).hex(); };
  // Another version of a library may give other bytes; then its id differs as well.
  if (encoder_id(Compression::zstd) == "zstd-1.5.4/l3/2MiB")
    CHECK(digest(Compression::zstd) == "e47ec38265516d09708e5872c6e580ce65e3f57e1d019fd1928087ccbf801647");
  if (encoder_id(Compression::gzip) == "libdeflate-1.14/l6/2MiB") {
    CHECK(digest(Compression::gzip) == "26e75bba85c6047f0e7ead8bae87ac38b8c8e36d4ec715b828a7939ebed432f4");
  }
}

TEST_CASE("compress: streams side by side on one pool", "[layer][compress]") {
  const unsigned threads = GENERATE(1u, 2u);
  CompressionPool pool(threads);
  std::vector<std::string> out(3);
  std::vector<std::thread> writers;
  for (unsigned i = 0; i < out.size(); ++i) {
    writers.emplace_back([&, i] {
      out[i] =
          compressed(pool, i == 1 ? Compression::gzip : Compression::zstd, sample((3 + i) * block + i, i));
    });
  }
  for (auto& writer : writers) writer.join();
  for (unsigned i = 0; i < out.size(); ++i) {
    const auto kind = i == 1 ? Compression::gzip : Compression::zstd;
    CHECK(decompressed(kind, out[i]) == sample((3 + i) * block + i, i));
  }
}

TEST_CASE("compress: one thread may serve several streams in turn", "[layer][compress]") {
  CompressionPool pool(1);
  std::vector<std::string> out(12);  // more than may be in flight
  std::vector<std::unique_ptr<CompressStream>> streams;
  for (auto& text : out) {
    streams.push_back(std::make_unique<CompressStream>(pool, Compression::zstd, append_to(text)));
  }
  const std::string bytes = sample(block);
  for (int round = 0; round < 3; ++round) {
    for (auto& stream : streams) stream->write(bytes_of(bytes));
  }
  for (auto& stream : streams) stream->finish();
  for (const auto& text : out) CHECK(decompressed(Compression::zstd, text) == bytes + bytes + bytes);
}

TEST_CASE("compress: an abandoned stream leaves the pool to the others", "[layer][compress]") {
  CompressionPool pool(2);
  const std::string bytes = sample(6 * block);
  for (int round = 0; round < 5; ++round) {
    CompressStream abandoned(pool, Compression::gzip, [](auto) {});
    abandoned.write(bytes_of(bytes));
  }
  CHECK(decompressed(Compression::zstd, compressed(pool, Compression::zstd, bytes)) == bytes);
}

TEST_CASE("compress: an error of the sink comes out and stays", "[layer][compress]") {
  CompressionPool pool(2);
  const std::string bytes = sample(8 * block);
  CompressStream stream(pool, Compression::zstd, [](auto) { throw failure_error("disk full"); });
  const auto write_and_finish = [&] {
    stream.write(bytes_of(bytes));
    stream.finish();
  };
  CHECK_THROWS_WITH(write_and_finish(), "disk full");
  CHECK_THROWS_WITH(write_and_finish(), Contains("after an error"));
  CHECK(decompressed(Compression::zstd, compressed(pool, Compression::zstd, bytes)) == bytes);
}
