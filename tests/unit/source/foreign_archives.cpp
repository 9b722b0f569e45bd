// Formats that libarchive opens: what it passes on is held to the same rules.
#include <clocale>

#include "source_fixture.hpp"
#include "tar_bytes.hpp"

using namespace compose;
using namespace compose::test;

namespace {

SourceTree load_bytes(std::string_view bytes, std::vector<std::string> exclude = {}) {
  const Folder folder;
  Stage stage = stage_of(ArchiveSource{folder.write("file", bytes), {}});
  stage.exclude = std::move(exclude);
  return load(stage);
}

void refuses(std::string_view bytes, const std::string& part) {
  refused([&] { static_cast<void>(load_bytes(bytes)); }, part);
}

std::string deb_of(const std::string& data_name, std::string_view data) {
  return "!<arch>\n" + ar_member("debian-binary", "2.0\n") + ar_member("control.tar.xz", "x") +
         ar_member(data_name, data);
}

// rpm: a lead, two headers of one index entry each, then the payload.
std::string rpm_of(std::string_view payload) {
  const std::string lead = std::string("\xed\xab\xee\xdb\x03", 5) + std::string(91, '\0');
  const std::string header =
      std::string("\x8e\xad\xe8\x01\0\0\0\0\0\0\0\x01\0\0\0\x08", 16) + std::string(16 + 8, '\0');
  return lead + header + header + std::string(payload);
}

}  // namespace

TEST_CASE("foreign archives: zip", "[source][archive]") {
  ZipBytes zip;
  zip.add("d/", "", 040750).add("d/run", "#!/bin/sh\n", 0100755).add("d/link", "run", 0120777);
  const SourceTree loaded = load_bytes(zip.end());
  CHECK(paths(loaded.tree) == std::vector<std::string>{"d", "d/link", "d/run"});
  CHECK(at(loaded.tree, "d").attributes.mode == 0750);
  CHECK(at(loaded.tree, "d/run").attributes.mode == 0755);
  CHECK(at(loaded.tree, "d/link").link == "run");
  CHECK(content(loaded.tree, "d/run") == "#!/bin/sh\n");
  CHECK_FALSE(loaded.root_stated);
}

TEST_CASE("foreign archives: names come out the same whatever the locale", "[source][archive]") {
  const std::string composed = "\xc3\xa9.txt";
  const std::string decomposed = "e\xcc\x81.txt";  // the other spelling of it
  constexpr unsigned utf8 = 0x0800;
  const std::string before = std::setlocale(LC_CTYPE, nullptr);
  const SourceTree loaded =
      load_bytes(ZipBytes().add(decomposed, "", 0100644, utf8).add("raw\xe9", "").end());
  CHECK(std::string(std::setlocale(LC_CTYPE, nullptr)) == before);
  CHECK(paths(loaded.tree) == std::vector<std::string>{"raw\xe9", composed});
  refuses(ZipBytes().add(decomposed, "", 0100644, utf8).add(composed, "", 0100644, utf8).end(), "twice");
}

TEST_CASE("foreign archives: a zip's times are local times of nowhere", "[source][archive]") {
  const Folder folder;
  const Stage stage = stage_of(ArchiveSource{folder.write("file", ZipBytes().add("f", "x").end()), {}});
  std::vector<std::string> notices;
  const FileTree tree = place_in_image(stage, load(stage), 1'600'000'000, notices);
  CHECK(at(tree, "f").mtime == 1'600'000'000);
}

TEST_CASE("foreign archives: hostile zips", "[source][archive][hostile]") {
  refuses(ZipBytes().add("../x", "").end(), "'..'");
  refuses(ZipBytes().add("/etc/passwd", "").end(), "absolute");
  refuses(ZipBytes().add("a//b", "").end(), "empty");
  refuses(ZipBytes().add("a/./b", "").end(), "'.'");
  refuses(ZipBytes().add("a", "").add("a", "").end(), "twice");
  refuses(ZipBytes().add("l", "/tmp", 0120777).add("l/f", "").end(), "no directory");
  refuses(ZipBytes().add(".wh.x", "").end(), ".wh.");
  refuses(ZipBytes().add("s", "", 0140644).end(), "zip");
  refuses(ZipBytes().add("secret", "x", 0100644, 1).end(), "encrypted");
  const std::string good = ZipBytes().add("file", "some content").end();
  std::string flipped = good;
  flipped[40] = static_cast<char>(flipped[40] ^ 1);
  refuses(flipped, "zip");
  refuses(good.substr(0, good.size() - 30), "zip");
}

TEST_CASE("foreign archives: cpio, with the content at the last name", "[source][archive]") {
  CpioBytes cpio;
  cpio.add({".", 040711})
      .add({"./d", 040755})
      .add({"./d/a", 0100644, "", 5, 2})
      .add({"./d/b", 0100644, "both", 5, 2});
  cpio.add({"fifo", 010644});
  const SourceTree loaded = load_bytes(cpio.end());
  CHECK(paths(loaded.tree) == std::vector<std::string>{"d", "d/a", "d/b", "fifo"});
  CHECK(content(loaded.tree, "d/a") == "both");
  CHECK(at(loaded.tree, "d/b").type == EntryType::hardlink);
  CHECK(at(loaded.tree, "d").attributes.uid == 7);
  CHECK(loaded.root.mode == 0711);
  CHECK(loaded.root_stated);

  CpioBytes again;
  again.add({"a", 0100644, "", 5, 2}).add({"b", 0100644, "both", 5, 2});
  const SourceTree partly = load_bytes(again.end(), {"a"});
  CHECK(paths(partly.tree) == std::vector<std::string>{"b"});
  CHECK(content(partly.tree, "b") == "both");
}

TEST_CASE("foreign archives: hostile cpio", "[source][archive][hostile]") {
  refuses(CpioBytes().add({"../x"}).end(), "'..'");
  refuses(CpioBytes().add({"/x"}).end(), "absolute");
  refuses(CpioBytes().add({"a", 0100644, "x"}).end().substr(0, 120), "cpio");
  refuses(CpioBytes().add({"sock", 0140644}).end(), "type that cannot be in an image");
}

TEST_CASE("foreign archives: the data of a Debian package", "[source][archive]") {
  const std::string data = TarBytes().directory("").directory("usr").file("usr/f", "data").end();
  const SourceTree loaded = load_bytes(deb_of("data.tar", data));
  CHECK(paths(loaded.tree) == std::vector<std::string>{"usr", "usr/f"});
  CHECK(content(loaded.tree, "usr/f") == "data");
  CHECK(loaded.inputs.at("archive") == "sha256:" + sha256(deb_of("data.tar", data)).hex());
}

TEST_CASE("foreign archives: hostile Debian packages", "[source][archive][hostile]") {
  refuses("!<arch>\n" + ar_member("lib.o", "x"), "no Debian package");
  refuses("!<arch>\n" + ar_member("debian-binary", "3.0\n"), "no Debian package");
  refuses("!<arch>\n" + ar_member("debian-binary", "2.0\n"), "without data.tar");
  refuses(deb_of("data.tar", ZipBytes().add("a", "").end()), "data.tar is no tar");
  refuses(deb_of("data.tar", deb_of("data.tar", "")), "data.tar is no tar");
  refuses(deb_of("data.tar", TarBytes().file("../x", "").end()), "'..'");
}

TEST_CASE("foreign archives: rpm", "[source][archive]") {
  const std::string payload = CpioBytes().add({"./usr", 040755}).add({"./usr/f", 0100755, "rpm"}).end();
  const SourceTree loaded = load_bytes(rpm_of(payload));
  CHECK(paths(loaded.tree) == std::vector<std::string>{"usr", "usr/f"});
  CHECK(content(loaded.tree, "usr/f") == "rpm");
  refuses(rpm_of(CpioBytes().add({"../x"}).end()), "'..'");
}
