#include <sys/stat.h>

#include "composer/layer/compress.hpp"
#include "source_fixture.hpp"
#include "tar_bytes.hpp"

using namespace compose;
using namespace compose::test;

namespace {

struct Archive {
  Folder folder;
  Stage stage;
  explicit Archive(std::string_view bytes)
      : stage(stage_of(ArchiveSource{folder.write("file", bytes), {}})) {}
  [[nodiscard]] SourceTree load() const { return load_source(stage, {}); }
};

std::string packed(Compression compression, std::string_view bytes) {
  CompressionPool pool(1);
  std::string out;
  CompressStream stream(pool, compression, [&](std::span<const std::byte> part) { out += text_of(part); });
  stream.write(bytes_of(bytes));
  stream.finish();
  return out;
}

TarBytes hello() {
  TarBytes tar;
  tar.directory("", 0750).directory("bin", 0711).file("bin/hello", "hello\n", 04755);
  return tar;
}

void expect_hello(const SourceTree& loaded) {
  CHECK(paths(loaded.tree) == std::vector<std::string>{"bin", "bin/hello"});
  CHECK(at(loaded.tree, "bin").attributes.mode == 0711);
  CHECK(at(loaded.tree, "bin/hello").attributes.mode == 04755);
  CHECK(content(loaded.tree, "bin/hello") == "hello\n");
}

void refuses(std::string_view bytes, const std::string& part) {
  const Archive archive(bytes);
  refused([&] { static_cast<void>(archive.load()); }, part);
}

}  // namespace

TEST_CASE("archive_source: a tar is taken as it is", "[source][archive]") {
  TarBytes tar = hello();
  TreeEntry device;
  device.path = "null";
  device.type = EntryType::char_device;
  device.attributes = {
      .mode = 0666, .uid = 7, .gid = 3'000'000, .xattrs = {{"user.x", std::string("a\0b", 3)}}};
  device.mtime = 1'234'567;
  device.device_major = 1;
  device.device_minor = 3;
  tar.add(device);
  const Archive archive(tar.end());
  const SourceTree loaded = archive.load();
  const TreeEntry& null = at(loaded.tree, "null");
  CHECK(null.type == EntryType::char_device);
  CHECK(null.attributes == device.attributes);
  CHECK(null.mtime == 1'234'567);
  CHECK(null.device_minor == 3);
  CHECK(content(loaded.tree, "bin/hello") == "hello\n");
  CHECK(loaded.root.mode == 0750);
  CHECK(loaded.root_stated);
  CHECK(loaded.inputs.at("archive") == "sha256:" + sha256(tar.end()).hex());
}

TEST_CASE("archive_source: what GNU tar and git write", "[source][archive]") {
  const Folder folder;
  folder.write("tree/a/file", "content");
  fs::create_symlink("file", folder / "tree/a/link");
  const fs::path out = folder / "out.tar";
  for (const char* format : {"gnu", "pax", "ustar"}) {
    CAPTURE(format);
    run(fmt::format("tar -C {}/tree --format={} -cf {} .", folder.path().string(), format, out.string()));
    const SourceTree loaded = load(stage_of(ArchiveSource{out, {}}));
    CHECK(paths(loaded.tree) == std::vector<std::string>{"a", "a/file", "a/link"});
    CHECK(content(loaded.tree, "a/file") == "content");
    CHECK(loaded.root_stated);
  }
}

TEST_CASE("archive_source: the digest is checked before anything else is said", "[source][archive]") {
  Archive archive("not a tar at all");
  auto& source = std::get<ArchiveSource>(archive.stage.from);
  source.sha256 = sha256(std::string_view("something else"));
  refused([&] { static_cast<void>(archive.load()); }, "but the recipe says " + source.sha256->hex());

  Archive good(packed(Compression::zstd, hello().end()));
  auto& right = std::get<ArchiveSource>(good.stage.from);
  right.sha256 = sha256(packed(Compression::zstd, hello().end()));
  expect_hello(good.load());
  right.sha256->bytes[0] ^= std::byte{1};
  refused([&] { static_cast<void>(good.load()); }, "sha256 is");
}

TEST_CASE("archive_source: every compression", "[source][archive]") {
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    DYNAMIC_SECTION(compression_name(compression)) {
      const std::string bytes = packed(compression, hello().end());
      expect_hello(Archive(bytes).load());
      // What stands after the end would be read by some and not by others.
      refuses(bytes + "junk", std::string(compression_name(compression)) + ":");
      refuses(bytes.substr(0, bytes.size() - 4), std::string(compression_name(compression)) + ":");
    }
  }
  const std::string skippable("\x50\x2a\x4d\x18\x02\0\0\0ab", 10);
  expect_hello(Archive(skippable + packed(Compression::zstd, hello().end())).load());
  for (const char* extension : {"bz2", "xz", "lzma", "lz4"}) {
    DYNAMIC_SECTION(extension) {
      const std::string name =
          fmt::format("{}/unit/source/archives/hello.tar.{}", COMPOSE_TESTS_DIR, extension);
      const SourceTree loaded = load(stage_of(ArchiveSource{name, {}}));
      CHECK(paths(loaded.tree) == std::vector<std::string>{"bin", "bin/hello"});
      CHECK(content(loaded.tree, "bin/hello") == "hello\n");
      std::ifstream in(name, std::ios::binary);
      std::string bytes{std::istreambuf_iterator<char>(in), {}};
      bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x20);
      const Archive damaged(bytes);
      CHECK_THROWS_AS(damaged.load(), Error);
    }
  }
}

TEST_CASE("archive_source: bombs are stopped", "[source][archive][hostile]") {
  const std::string zeros(80u << 20, '\0');
  refuses(packed(Compression::zstd, packed(Compression::zstd, zeros)), "holds a zstd file");
  const std::string bomb = packed(Compression::zstd, zeros);
  REQUIRE(zeros.size() / bomb.size() > 2000);
  refuses(bomb, "2000 times");
}

TEST_CASE("archive_source: dirty tars are refused with entry and rule", "[source][archive][hostile]") {
  const auto tar = [](const auto& fill) {
    TarBytes bytes;
    fill(bytes);
    return bytes.end();
  };
  refuses(tar([](TarBytes& t) { t.file("../x", ""); }), "'..'");
  refuses(tar([](TarBytes& t) { t.file("a/../../x", ""); }), "'..'");
  refuses(tar([](TarBytes& t) { t.file("/etc/passwd", ""); }), "absolute");
  refuses(tar([](TarBytes& t) { t.file("a", "").file("a", ""); }), "entry 'a': it is there twice");
  refuses(tar([](TarBytes& t) { t.link(EntryType::symlink, "d", "/tmp").file("d/f", ""); }),
          "'d' is no directory");
  refuses(tar([](TarBytes& t) { t.file("f", "").file("f/g", ""); }), "no directory");
  refuses(tar([](TarBytes& t) { t.link(EntryType::hardlink, "h", "gone"); }), "hard link to 'gone'");
  refuses(tar([](TarBytes& t) { t.link(EntryType::hardlink, "h", "/etc/passwd"); }), "hard link");
  refuses(tar([](TarBytes& t) { t.file("d/.wh.x", ""); }), "its removal");
  refuses(tar([](TarBytes& t) { t.file("d/.wh..wh..opq", ""); }), "hiding all");
  refuses(tar([](TarBytes& t) { t.file("", "x"); }), "");
  refuses(tar([](TarBytes& t) { t.file("evil\x1b[2J", "").file("evil\x1b[2J", ""); }), "\\x1b");
  refuses(TarBytes().file("a", "x").without_end(), "end marker is missing");
  refuses(tar([](TarBytes& t) { t.file("a", "x"); }) + "trailing", "after the end marker");
  refuses(TarBytes().file("a", std::string(2000, 'x')).without_end().substr(0, 1024), "in the middle of");
  refuses("", "end marker");
  refuses("#!/bin/sh\necho no archive\n", "in the middle of a header");
}

TEST_CASE("archive_source: many faults are told, not all", "[source][archive][hostile]") {
  TarBytes tar;
  for (int i = 0; i < 30; ++i) tar.file(fmt::format("../{}", i), "");
  const Archive archive(tar.end());
  const Error error = error_of([&] { static_cast<void>(archive.load()); });
  CHECK_THAT(error.what(), Catch::Matchers::Contains("'../0'") && Catch::Matchers::Contains("and 25 more"));
}

TEST_CASE("archive_source: exclude works in any order of entries", "[source][archive]") {
  TarBytes tar;
  tar.file("a/deep/one", "1")
      .directory("a")
      .file("b/x.tmp", "")
      .file("b/x", "x")
      .link(EntryType::hardlink, "c", "a/deep/one");
  tar.link(EntryType::hardlink, "d", "c");
  Archive archive(tar.end());
  archive.stage.exclude = {"a", "**/*.tmp", "zzz"};
  const SourceTree loaded = archive.load();
  CHECK(paths(loaded.tree) == std::vector<std::string>{"b/x", "c", "d"});
  // The file's first name is gone, the file is not.
  CHECK(at(loaded.tree, "c").type == EntryType::file);
  CHECK(content(loaded.tree, "c") == "1");
  CHECK(at(loaded.tree, "d").link == "c");
  CHECK(loaded.notices.size() == 1);
}

TEST_CASE("archive_source: a symbolic link of two names", "[source][archive]") {
  TarBytes tar;
  tar.link(EntryType::symlink, "s", "target").link(EntryType::hardlink, "t", "s");
  const SourceTree loaded = Archive(tar.end()).load();
  CHECK(at(loaded.tree, "t").type == EntryType::symlink);
  CHECK(at(loaded.tree, "t").link == "target");
}

TEST_CASE("archive_source: an archive that changes while building is an error", "[source][archive]") {
  const Archive archive(hello().end());
  const SourceTree loaded = archive.load();
  archive.folder.write("file", TarBytes(hello()).file("z", "").end());
  const Error error = error_of([&] { static_cast<void>(content(loaded.tree, "bin/hello")); });
  CHECK(error.kind() == ErrorKind::failure);
  CHECK_THAT(error.what(), Catch::Matchers::Contains("changed while it was read"));
}

TEST_CASE("archive_source: no such file, a folder, a fifo", "[source][archive]") {
  const Folder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0644) == 0);
  refused([&] { static_cast<void>(load(stage_of(ArchiveSource{folder / "none", {}}))); }, "No such file");
  refused([&] { static_cast<void>(load(stage_of(ArchiveSource{folder.path(), {}}))); }, "is a folder");
  refused(
      [&] {
        static_cast<void>(load(stage_of(ArchiveSource{folder / "pipe", {}})));
      },
      "not a regular file");
}

TEST_CASE("archive_source: any byte flipped in a tar gives the same tree or an error, never a crash",
          "[source][archive][property]") {
  const std::string good = hello().end();
  for (std::size_t i = 0; i < 1536; i += 7) {
    std::string bytes = good;
    bytes[i] = static_cast<char>(bytes[i] ^ 0x41);
    const Archive archive(bytes);
    try {
      static_cast<void>(archive.load());
      CHECK(i >= 1536 - 512);  // no header is left without its checksum
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
    }
  }
}
