#include "composer/source/archive_format.hpp"

#include "composer/source/archive_file.hpp"
#include "composer/source/spool.hpp"
#include "source_fixture.hpp"
#include "tar_bytes.hpp"

using namespace compose;
using namespace compose::test;

namespace {

ArchiveFormat format_of(std::string_view bytes) {
  return archive_format(bytes_of(bytes.substr(0, format_bytes)));
}

}  // namespace

TEST_CASE("archive_format: the first bytes say it", "[source][archive]") {
  using namespace std::string_view_literals;
  CHECK(format_of(TarBytes().file("a", "").end()) == ArchiveFormat::tar);
  CHECK(format_of(TarBytes().file("BZh91AY", "").end()) == ArchiveFormat::tar);
  CHECK(format_of(TarBytes().file("070701", "").end()) == ArchiveFormat::tar);
  CHECK(format_of(""sv) == ArchiveFormat::tar);
  CHECK(format_of("PK\x03\x04"sv) == ArchiveFormat::zip);
  CHECK(format_of("070701"sv) == ArchiveFormat::cpio);
  CHECK(format_of("!<arch>\n"sv) == ArchiveFormat::ar);
  CHECK(format_of("\xed\xab\xee\xdb"sv) == ArchiveFormat::rpm);
  CHECK(format_of("\x1f\x8b\x08"sv) == ArchiveFormat::gzip);
  CHECK(format_of("\x28\xb5\x2f\xfd"sv) == ArchiveFormat::zstd);
  CHECK(format_of("\x5e\x2a\x4d\x18"sv) == ArchiveFormat::zstd);
  CHECK(format_of("BZh9"sv) == ArchiveFormat::bzip2);
  CHECK(format_of("\xfd\x37zXZ\0"sv) == ArchiveFormat::xz);
  CHECK(format_of("\x5d\0\0\x80"sv) == ArchiveFormat::lzma);
  CHECK(format_of("\x04\x22\x4d\x18"sv) == ArchiveFormat::lz4);
  CHECK_FALSE(is_compression(ArchiveFormat::rpm));
  CHECK(is_compression(ArchiveFormat::gzip));
}

TEST_CASE("archive_path: one leading ./ and a directory's slash", "[source][archive]") {
  CHECK(archive_path("./", EntryType::directory).empty());
  CHECK(archive_path(".", EntryType::directory).empty());
  CHECK(archive_path("./a/b/", EntryType::directory) == "a/b");
  CHECK(archive_path("./a", EntryType::file) == "a");
  // Left for the rules to refuse:
  CHECK(archive_path("a/", EntryType::file) == "a/");
  CHECK(archive_path("/", EntryType::directory) == "/");
  CHECK(archive_path("././a", EntryType::file) == "./a");
  CHECK(archive_path("a//", EntryType::directory) == "a/");
}

TEST_CASE("spool: limits in bytes and in proportion", "[source][archive]") {
  const std::string piece(1u << 20, 'x');
  Spool absolute(1u << 20, {.bytes = (3u << 20) + 5, .ratio = 2000});
  for (int i = 0; i < 3; ++i) absolute.write(bytes_of(piece));
  CHECK(absolute.size() == 3u << 20);
  refused([&] { absolute.write(bytes_of(piece)); }, "unpacks to more than 3145733 bytes");

  Spool relative(1000, {.bytes = 1u << 30, .ratio = 10});
  for (int i = 0; i < 64; ++i) relative.write(bytes_of(piece));  // free up to here
  refused([&] { relative.write(bytes_of(piece)); }, "more than 10 times its size");
}

TEST_CASE("spool: keeps what was written, without a name", "[source][archive]") {
  Spool spool(10);
  spool.write(bytes_of("some "));
  spool.write(bytes_of("bytes"));
  const UniqueFd fd = spool.release();
  std::array<std::byte, 16> buffer{};
  CHECK(read_at(fd.get(), buffer, 0, "spool") == 10);
  CHECK(text_of(std::span(buffer).first(10)) == "some bytes");
}
