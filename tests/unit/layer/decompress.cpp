#include "composer/layer/decompress.hpp"

#include <catch2/catch.hpp>

#include "signer/error.hpp"
#include "tests/unit/layer/streams.hpp"

using namespace compose;
using namespace compose::test;
using namespace std::string_literals;
using Catch::Matchers::Contains;

namespace {

const std::string skippable = "\x53\x2a\x4d\x18\x05\0\0\0junk!"s;
const std::string empty_skippable = "\x50\x2a\x4d\x18\0\0\0\0"s;

// Two units, so that there is a border inside.
std::string two_units(Compression kind) {
  return compressed(1, kind, "first ") + compressed(1, kind, "second");
}

ErrorKind kind_of_failure(Compression kind, const std::string& bytes) {
  try {
    static_cast<void>(decompressed(kind, bytes));
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("was accepted");
  return ErrorKind::failure;
}

}  // namespace

TEST_CASE("decompress: pieces of any size", "[layer][decompress]") {
  const auto kind = GENERATE(values<Compression>({Compression::none, Compression::gzip, Compression::zstd}));
  const std::string bytes = sample(70'000) + std::string(300'000, '\0');
  std::string packed;
  for (int i = 0; i < 3; ++i) packed += compressed(1, kind, bytes) + compressed(1, kind, "");
  for (const std::size_t piece : {1u, 2u, 3u, 4u, 5u, 7u, 13u, 4096u, 65537u, 10'000'000u}) {
    CAPTURE(static_cast<int>(kind), piece);
    CHECK((decompressed(kind, packed, piece) == bytes + bytes + bytes));
  }
}

TEST_CASE("decompress: truncated anywhere but between units", "[layer][decompress]") {
  const auto kind = GENERATE(values<Compression>({Compression::gzip, Compression::zstd}));
  const std::string packed = two_units(kind);
  const std::size_t border = compressed(1, kind, "first ").size();
  for (std::size_t size = 0; size < packed.size(); ++size) {
    CAPTURE(static_cast<int>(kind), size);
    if (size == border) {
      CHECK(decompressed(kind, packed.substr(0, size)) == "first ");
    } else {
      CHECK(kind_of_failure(kind, packed.substr(0, size)) == ErrorKind::verdict);
    }
  }
}

TEST_CASE("decompress: nothing may follow the last unit", "[layer][decompress]") {
  const auto kind = GENERATE(values<Compression>({Compression::gzip, Compression::zstd}));
  const auto junk =
      GENERATE(values<std::string>({"x", "\n", "\0"s, "\0\0\0\0"s, std::string(64, '\0'), "\x1f", "\x1f\x8b",
                                    "\x1f\x8b\x08", "\x28\xb5\x2f", "\x28\xb5\x2f\xfe", "PK\x03\x04"}));
  CAPTURE(static_cast<int>(kind), junk);
  CHECK_THROWS_WITH(decompressed(kind, two_units(kind) + junk),
                    Contains(kind == Compression::gzip ? "gzip: bytes after the last member"
                                                       : "zstd: bytes after the last frame"));
  CHECK_THROWS_WITH(decompressed(kind, two_units(kind) + junk, 1), Contains("bytes after the last"));
}

TEST_CASE("decompress: no flipped bit passes unseen", "[layer][decompress]") {
  const auto kind = GENERATE(values<Compression>({Compression::gzip, Compression::zstd}));
  const std::string bytes = sample(500);
  const std::string packed = compressed(1, kind, bytes) + compressed(1, kind, bytes);
  for (std::size_t bit = 0; bit < packed.size() * 8; ++bit) {
    std::string flipped = packed;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    std::string out;
    try {
      out = decompressed(kind, flipped, 1000);
    } catch (const Error& error) {
      REQUIRE(error.kind() == ErrorKind::verdict);
      continue;
    }
    CAPTURE(static_cast<int>(kind), bit);
    REQUIRE((out == bytes + bytes));  // mtime, OS and the like are no content
  }
}

TEST_CASE("decompress: one kind is not the other", "[layer][decompress]") {
  CHECK_THROWS_WITH(decompressed(Compression::gzip, two_units(Compression::zstd)), "gzip: not a gzip stream");
  CHECK_THROWS_WITH(decompressed(Compression::zstd, two_units(Compression::gzip)), "zstd: not a zstd stream");
  CHECK_THROWS_WITH(decompressed(Compression::gzip, ""), "gzip: not a gzip stream");
  CHECK_THROWS_WITH(decompressed(Compression::zstd, ""), "zstd: not a zstd stream");
  CHECK_THROWS_WITH(decompressed(Compression::zstd, "BZh91AY"), "zstd: not a zstd stream");
}

TEST_CASE("decompress: gzip headers with all fields, and none reserved", "[layer][decompress]") {
  const std::string plain = compressed(1, Compression::gzip, "content");
  const std::string body = plain.substr(10);
  const auto with_flags = [&](char flags, const std::string& fields) {
    return "\x1f\x8b\x08"s + flags + "\x01\x02\x03\x04\0\x03"s + fields + body;
  };
  CHECK(decompressed(Compression::gzip, with_flags(0x08, "name\0"s), 1) == "content");
  CHECK(decompressed(Compression::gzip, with_flags(0x10, "comment\0"s), 1) == "content");
  CHECK(decompressed(Compression::gzip, with_flags(0x04, "\x03\0abc"s), 1) == "content");
  CHECK(decompressed(Compression::gzip, with_flags(0x1d, "\x03\0abcname\0comment\0"s), 3) == "content");
  for (const char reserved : {'\x20', '\x40', '\x80'}) {
    CHECK_THROWS_WITH(decompressed(Compression::gzip, with_flags(reserved, "")), "gzip: not a gzip stream");
  }
  CHECK_THROWS_AS(decompressed(Compression::gzip, "\x1f\x8b\x07"s + plain.substr(3)), Error);
  CHECK_THROWS_AS(decompressed(Compression::gzip, with_flags(0x08, std::string(1000, 'n'))), Error);
}

TEST_CASE("decompress: a length that differs by 2^32 parts is no excuse", "[layer][decompress]") {
  std::string packed = compressed(1, Compression::gzip, "content");
  packed[packed.size() - 4] = static_cast<char>(packed[packed.size() - 4] + 1);
  CHECK_THROWS_WITH(decompressed(Compression::gzip, packed), "gzip: checksum or length differs");
}

TEST_CASE("decompress: zstd frames that are skipped", "[layer][decompress]") {
  const std::string frame = compressed(1, Compression::zstd, "x");
  for (const std::size_t piece : {1u, 3u, 1000u}) {
    CHECK(decompressed(Compression::zstd, skippable + frame + empty_skippable + frame + skippable, piece) ==
          "xx");
    CHECK(decompressed(Compression::zstd, empty_skippable, piece).empty());
  }
  CHECK_THROWS_WITH(decompressed(Compression::zstd, frame + skippable.substr(0, 9)),
                    "zstd: ends inside a frame");
}

TEST_CASE("decompress: zstd windows are bounded, old formats refused", "[layer][decompress]") {
  const auto empty_frame_with_window = [](unsigned log) {
    return "\x28\xb5\x2f\xfd\0"s + static_cast<char>((log - 10) << 3) + "\x01\0\0"s;
  };
  CHECK(decompressed(Compression::zstd, empty_frame_with_window(27)).empty());
  CHECK_THROWS_WITH(decompressed(Compression::zstd, empty_frame_with_window(28)), Contains("memory"));
  CHECK_THROWS_WITH(decompressed(Compression::zstd, empty_frame_with_window(31)), Contains("memory"));
  CHECK_THROWS_WITH(decompressed(Compression::zstd, empty_frame_with_window(21), 100, {.window_log = 20}),
                    Contains("memory"));
  for (const char version : {'\x24', '\x25', '\x26', '\x27'}) {
    CHECK_THROWS_WITH(decompressed(Compression::zstd, version + "\xb5\x2f\xfd\0\0\0\0"s),
                      "zstd: not a zstd stream");
  }
}

TEST_CASE("decompress: bombs are stopped", "[layer][decompress]") {
  const auto kind = GENERATE(values<Compression>({Compression::gzip, Compression::zstd}));
  const std::string bomb = compressed(2, kind, std::string(24u << 20, '\0'));
  const auto run = [&](DecompressLimits limits) {
    std::uint64_t out = 0;
    Decompressor decompressor(
        kind, [&](auto bytes) { out += bytes.size(); }, limits);
    CHECK_THROWS_WITH(decompressor.feed(bytes_of(bomb)), Contains("expands to more than"));
    return out;
  };
  CHECK(run({.bytes = 1u << 20}) <= 1u << 20);
  CHECK(run({.ratio = 100, .ratio_from = 4u << 20}) <= 5u << 20);
  CHECK(decompressed(kind, bomb, 65536, {.bytes = 24u << 20}).size() == 24u << 20);
  CHECK(decompressed(kind, bomb, 65536, {.ratio = 100, .ratio_from = 24u << 20}).size() == 24u << 20);
}

TEST_CASE("decompress: what is not compressed has limits as well", "[layer][decompress]") {
  CHECK(decompressed(Compression::none, "abc", 1, {.bytes = 3}) == "abc");
  CHECK_THROWS_WITH(decompressed(Compression::none, "abcd", 1, {.bytes = 3}), "expands to more than 3 bytes");
}

TEST_CASE("decompress: errors of the sink come out", "[layer][decompress]") {
  const auto kind = GENERATE(values<Compression>({Compression::none, Compression::gzip, Compression::zstd}));
  Decompressor decompressor(kind, [](auto) { throw failure_error("full"); });
  CHECK_THROWS_WITH(decompressor.feed(bytes_of(compressed(1, kind, "abc"))), "full");
}

TEST_CASE("decompress: the first bytes tell the kind", "[layer][decompress]") {
  const auto sniff = [](const std::string& bytes) { return sniff_compression(bytes_of(bytes)); };
  CHECK(sniff(two_units(Compression::gzip)) == Compression::gzip);
  CHECK(sniff(two_units(Compression::zstd)) == Compression::zstd);
  CHECK(sniff(skippable) == Compression::zstd);
  CHECK(sniff("") == Compression::none);
  CHECK(sniff("\x1f") == Compression::none);
  CHECK(sniff("\x28\xb5\x2f") == Compression::none);
  CHECK(sniff("bin/sh") == Compression::none);
}
