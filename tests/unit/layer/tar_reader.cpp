#include "composer/layer/tar_reader.hpp"

#include <catch2/catch.hpp>

#include <tuple>

#include "composer/layer/entry_rules.hpp"
#include "signer/error.hpp"
#include "tests/unit/layer/raw_tar.hpp"
#include "tests/unit/layer/trees.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

std::string with(Raw raw, const std::function<void(Raw&)>& change) {
  change(raw);
  return raw.str();
}
std::string file_with(const std::function<void(Raw&)>& change) {
  Raw raw;
  raw.name = "f";
  return with(raw, change);
}

}  // namespace

TEST_CASE("tar_reader: what the oci dialect tolerates and the strict one does not", "[layer][tar]") {
  struct Case {
    std::string what, tar, entry;  // entry: as described() has it; empty: not compared
  };
  const std::string long_name(180, 'n');
  const auto c = GENERATE_COPY(values<Case>({
      {"./ in front", raw_file("./f"), "f|regular file|644|0:0|0|0||0,0"},
      {"doubled slashes", raw_dir("d/") + raw_file("d//./f"), ""},
      {"root as .", raw_dir("."), "|directory|755|0:0|0|0||0,0"},
      {"directory without slash", raw_dir("d"), "d|directory|755|0:0|0|0||0,0"},
      {"implied parents", raw_file("a/b/f"), "a/b/f|regular file|644|0:0|0|0||0,0"},
      {"any order", raw_file("b") + raw_file("a"), ""},
      {"child before parent", raw_file("a/b") + raw_dir("a/"), ""},
      {"user names", file_with([](Raw& raw) { raw.user = "root"; }), "f|regular file|644|0:0|0|0||0,0"},
      {"v7", file_with([](Raw& raw) { raw.magic = "", raw.type = '\0', raw.major = raw.minor = ""; }),
       "f|regular file|644|0:0|0|0||0,0"},
      {"v7 directory", file_with([](Raw& raw) {
         raw.name = "d/", raw.magic = "", raw.type = '\0', raw.major = raw.minor = "";
       }),
       "d|directory|644|0:0|0|0||0,0"},
      {"GNU", file_with([](Raw& raw) { raw.magic = std::string("ustar  \0", 8), raw.prefix = "junk"; }),
       "f|regular file|644|0:0|0|0||0,0"},
      {"contiguous", file_with([](Raw& raw) { raw.type = '7'; }), "f|regular file|644|0:0|0|0||0,0"},
      {"spaces", file_with([](Raw& raw) { raw.mode = "   644 ", raw.uid = "     1 "; }),
       "f|regular file|644|1:0|0|0||0,0"},
      {"empty fields",
       file_with([](Raw& raw) { raw.uid = std::string(8, '\0'), raw.mtime = std::string(12, ' '); }),
       "f|regular file|644|0:0|0|0||0,0"},
      {"file type in the mode", file_with([](Raw& raw) { raw.mode = "0100755"; }),
       "f|regular file|755|0:0|0|0||0,0"},
      {"base-256 uid", file_with([](Raw& raw) { raw.uid = std::string("\x80\0\0\0\x7f\xff\xff\xff", 8); }),
       "f|regular file|644|2147483647:0|0|0||0,0"},
      {"GNU long name", raw_extension('L', long_name + '\0') + raw_file("x"),
       long_name + "|regular file|644|0:0|0|0||0,0"},
      {"GNU long link", raw_extension('K', long_name + '\0') + raw_link("l", "x"),
       "l|symbolic link|777|0:0|0|0|" + long_name + "|0,0"},
      {"PAX where none is needed", raw_pax("path", "f") + raw_file("x"), "f|regular file|644|0:0|0|0||0,0"},
      {"PAX time with a fraction", raw_pax("mtime", "12.999999999") + raw_file("f"),
       "f|regular file|644|0:0|12|0||0,0"},
      {"PAX of no meaning here",
       raw_extension('x', pax_record("APK-TOOLS.checksum", "x") + pax_record("LIBARCHIVE.creationtime", "1") +
                              pax_record("SCHILY.ino", "5") + pax_record("atime", "1.5") +
                              pax_record("comment", "") + pax_record("hdrcharset", "BINARY")) +
           raw_file("f"),
       "f|regular file|644|0:0|0|0||0,0"},
      {"xattr of overlayfs", raw_pax("SCHILY.xattr.trusted.overlay.opaque", "y") + raw_file("f"), ""},
      {"below a symbolic link", raw_link("d", "e") + raw_file("d/f"), ""},
      {"hard link to a symbolic link", raw_link("l", "e") + raw_link("h", "./l", '1'), ""},
      {"whiteout with a mode", with(Raw{}, [](Raw& raw) { raw.name = "d/.wh.x", raw.mode = "0000000"; }),
       "d/x|whiteout|0|0:0|0|0||0,0"},
  }));
  CAPTURE(c.what);
  const ReadBack oci = read_tar(c.tar + end_marker, TarDialect::oci);
  CHECK(oci.codes() == "");
  if (!c.entry.empty()) CHECK(described(oci.entries).at(0) == c.entry);
  CHECK_FALSE(read_tar(c.tar + end_marker, TarDialect::strict).faults.empty());
}

TEST_CASE("tar_reader: one entry that both dialects refuse", "[layer][tar][hostile]") {
  struct Case {
    std::string what, tar, code;
  };
  const std::string nul("a\0b", 3);
  const auto number = [](const char* bytes, std::size_t size) { return std::string(bytes, size); };
  const auto c = GENERATE_COPY(values<Case>({
      // T01, T02, T24, T25
      {"..", raw_file("../x"), "tar-climbs"},
      {".. inside", raw_file("a/../../x"), "tar-climbs"},
      {".. at the end", raw_dir("a/.."), "tar-climbs"},
      {".. in PAX", raw_pax("path", "../x") + raw_file("x"), "tar-climbs"},
      {".. in GNU", raw_extension('L', "../x") + raw_file("x"), "tar-climbs"},
      {".. through the prefix", file_with([](Raw& raw) { raw.prefix = ".."; }), "tar-climbs"},
      {"absolute", raw_file("/etc/passwd"), "tar-absolute"},
      {"absolute in PAX", raw_pax("path", "/x") + raw_file("x"), "tar-absolute"},
      {"only slashes", raw_dir("///"), "tar-absolute"},
      {"empty name", raw_file(""), "tar-path"},
      {"empty name in PAX", raw_pax("path", "") + raw_file("x"), "tar-path"},
      {"file with a slash at the end", raw_file("f/"), "tar-path"},
      {"link with a slash at the end", raw_link("f/", "x"), "tar-path"},
      {"old file with a slash at the end", file_with([](Raw& raw) { raw.name = "f/", raw.type = '\0'; }),
       "tar-path"},
      {"long component", raw_pax("path", std::string(256, 'x')) + raw_file("x"), "tar-path"},
      {"long path",
       [] {
         std::string path;
         for (int i = 0; i < 20; ++i) path += std::string(250, 'x') + "/";
         return raw_pax("path", path + "f") + raw_file("x");
       }(),
       "tar-path"},
      {"deep path",
       [] {
         std::string deep;
         for (int i = 0; i < 10'000; ++i) deep += "d/";
         return raw_pax("path", deep + "f") + raw_file("x");
       }(),
       "tar-path"},
      {"NUL in PAX path", raw_pax("path", nul) + raw_file("x"), "tar-path"},
      {"NUL in the name field", file_with([&](Raw& raw) { raw.name = nul; }), "tar-path"},
      {"NUL in the prefix", file_with([&](Raw& raw) { raw.prefix = nul; }), "tar-path"},
      {"NUL in a GNU name", raw_extension('L', nul) + raw_file("x"), "tar-path"},
      {"root is a file", raw_file("."), "tar-root"},
      {"root is a file in PAX", raw_pax("path", "./") + raw_file("x"), "tar-root"},
      {"root is a link", raw_link(".", "/"), "tar-root"},
      // links
      {"empty link", raw_link("l", ""), "tar-link"},
      {"NUL in a link", raw_link("l", nul), "tar-link"},
      {"NUL in a PAX link", raw_pax("linkpath", nul) + raw_link("l", "x"), "tar-link"},
      {"endless link", raw_pax("linkpath", std::string(4096, 'x')) + raw_link("l", "x"), "tar-link"},
      {"hard link out", raw_link("h", "../../etc/shadow", '1'), "tar-hardlink"},
      {"hard link to the host", raw_link("h", "/etc/shadow", '1'), "tar-hardlink"},
      {"hard link to nothing", raw_link("h", "", '1'), "tar-hardlink"},
      {"hard link to what is not there", raw_link("h", "x", '1'), "tar-hardlink"},
      {"hard link to itself", raw_link("h", "h", '1'), "tar-hardlink"},
      {"hard link to a later name", raw_link("h", "z", '1') + raw_file("z"), "tar-hardlink"},
      {"hard link to a folder", raw_dir("d/") + raw_link("h", "d", '1'), "tar-hardlink"},
      {"hard link to a whiteout", raw_file(".wh.a") + raw_link("h", "a", '1'), "tar-hardlink"},
      {"hard link with a body",
       raw_file("a") + file_with([](Raw& raw) { raw.type = '1', raw.link = "a", raw.size = "00000000005"; }),
       "tar-hardlink"},
      // T17, T35
      {"unknown type", file_with([](Raw& raw) { raw.type = 'Z'; }), "tar-type"},
      {"volume label", file_with([](Raw& raw) { raw.type = 'V'; }), "tar-type"},
      {"GNU sparse", file_with([](Raw& raw) { raw.type = 'S'; }), "tar-sparse"},
      {"PAX sparse", raw_pax("GNU.sparse.major", "1") + raw_file("x"), "tar-sparse"},
      {"star sparse", raw_pax("SCHILY.realsize", "1") + raw_file("x"), "tar-sparse"},
      {"multi-volume", raw_pax("GNU.volume.size", "1") + raw_file("x"), "tar-pax"},
      {"reserved keyword", raw_pax("nonsense", "1") + raw_file("x"), "tar-pax"},
      {"device out of range", file_with([](Raw& raw) { raw.type = '3', raw.major = "0010000"; }),
       "tar-number"},
      {"unknown magic", file_with([](Raw& raw) { raw.magic = "rats    "; }), "tar-magic"},
      // T22
      {"two PAX headers", raw_pax("path", "a") + raw_pax("path", "b") + raw_file("x"), "tar-pax"},
      {"two GNU names", raw_extension('L', "a") + raw_extension('L', "b") + raw_file("x"), "tar-pax"},
      {"GNU and PAX name", raw_extension('L', "a") + raw_pax("path", "b") + raw_file("x"), "tar-pax"},
      {"GNU and PAX link", raw_extension('K', "a") + raw_pax("linkpath", "b") + raw_link("x", "y"),
       "tar-pax"},
      {"global PAX", raw_extension('g', pax_record("path", "evil")) + raw_file("x"), "tar-global"},
      {"global PAX behind a comment",
       raw_extension('g', pax_record("comment", "c") + pax_record("mtime", "1")) + raw_file("x"),
       "tar-global"},
      {"keyword twice", raw_extension('x', pax_record("path", "a") + pax_record("path", "b")) + raw_file("x"),
       "tar-pax"},
      {"PAX without an entry", raw_file("x") + raw_pax("path", "a"), "tar-pax"},
      {"empty PAX", raw_extension('x', "") + raw_file("x"), "tar-pax"},
      {"PAX length too long", raw_extension('x', "99 path=a\n") + raw_file("x"), "tar-pax"},
      {"PAX length too short", raw_extension('x', "5 path=a\n") + raw_file("x"), "tar-pax"},
      {"PAX length endless", raw_extension('x', std::string(30, '9') + " path=a\n") + raw_file("x"),
       "tar-pax"},
      {"PAX length with a zero", raw_extension('x', "010 path=a\n") + raw_file("x"), "tar-pax"},
      {"PAX length negative", raw_extension('x', "-9 path=a\n") + raw_file("x"), "tar-pax"},
      {"PAX without line feed", raw_extension('x', "9 path=ab") + raw_file("x"), "tar-pax"},
      {"PAX without equals", raw_extension('x', "8 pathx\n") + raw_file("x"), "tar-pax"},
      {"PAX without keyword", raw_extension('x', "5 =a\n") + raw_file("x"), "tar-pax"},
      {"PAX only digits", raw_extension('x', "12345") + raw_file("x"), "tar-pax"},
      {"unknown charset", raw_pax("hdrcharset", "EBCDIC") + raw_file("x"), "tar-pax"},
      // T26, T27, T36
      {"negative size", file_with([&](Raw& raw) {
         raw.size = number("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12);
       }),
       "tar-broken"},
      {"negative PAX size", raw_pax("size", "-1") + raw_file("x"), "tar-broken"},
      {"endless PAX size", raw_pax("size", "99999999999999999999999") + raw_file("x"), "tar-broken"},
      {"size 2^63", file_with([&](Raw& raw) { raw.size = number("\x80\0\0\0\x80\0\0\0\0\0\0\0", 12); }),
       "tar-broken"},
      {"base-256 overflow", file_with([&](Raw& raw) { raw.size = number("\x80\1\0\0\0\0\0\0\0\0\0\1", 12); }),
       "tar-broken"},
      {"size is no number", file_with([](Raw& raw) { raw.size = "00000x00000"; }), "tar-broken"},
      {"size 2^62 - 1 and nothing there",
       file_with([&](Raw& raw) { raw.size = number("\x80\0\0\0\x3f\xff\xff\xff\xff\xff\xff\xff", 12); }),
       "tar-truncated"},
      {"sizes disagree", raw_pax("size", "512") + raw_file("x") + std::string(512, 'b'), "tar-size"},
      {"sizes disagree the other way", raw_pax("size", "0") + raw_file("x", "body"), "tar-size"},
      {"directory with a body",
       with(Raw{}, [](Raw& raw) { raw.name = "d/", raw.type = '5', raw.size = "00000000001"; }), "tar-size"},
      {"uid 2^31", file_with([&](Raw& raw) { raw.uid = number("\x80\0\0\0\x80\0\0\0", 8); }), "tar-number"},
      {"uid -1", file_with([&](Raw& raw) { raw.uid = std::string(8, '\xff'); }), "tar-number"},
      {"PAX uid 2^31", raw_pax("uid", "2147483648") + raw_file("x"), "tar-number"},
      {"PAX gid -1", raw_pax("gid", "-1") + raw_file("x"), "tar-number"},
      {"PAX gid empty", raw_pax("gid", "") + raw_file("x"), "tar-number"},
      {"mtime 10^20", raw_pax("mtime", "100000000000000000000") + raw_file("x"), "tar-number"},
      {"mtime 2^33", raw_pax("mtime", "8589934592") + raw_file("x"), "tar-number"},
      {"mtime negative", raw_pax("mtime", "-1.5") + raw_file("x"), "tar-number"},
      {"mtime NaN", raw_pax("mtime", "nan") + raw_file("x"), "tar-number"},
      {"mtime 1.2.3", raw_pax("mtime", "1.2.3") + raw_file("x"), "tar-number"},
      {"negative mtime", file_with([](Raw& raw) { raw.mtime = std::string(12, '\xff'); }), "tar-number"},
      {"mode is no number", file_with([](Raw& raw) { raw.mode = "rwxr-x"; }), "tar-number"},
      // xattrs
      {"xattr without a name", raw_pax("SCHILY.xattr.", "v") + raw_file("x"), "tar-xattr"},
      {"large xattr", raw_pax("SCHILY.xattr.user.a", std::string(70'000, 'v')) + raw_file("x"), "tar-xattr"},
      // whiteouts
      {".wh. alone", raw_file("d/.wh."), "tar-whiteout"},
      {".wh..", raw_file(".wh.."), "tar-whiteout"},
      {".wh...", raw_file("d/.wh..."), "tar-whiteout"},
      {".wh..wh.plnk", raw_file(".wh..wh.plnk"), "tar-whiteout"},
      {"whiteout of a whiteout", raw_file(".wh..wh.x"), "tar-whiteout"},
      {"whiteout with a body", raw_file(".wh.x", "body"), "tar-whiteout"},
      {"whiteout that is a folder", raw_dir(".wh.x/"), "tar-whiteout"},
      {"whiteout that is a link", raw_link(".wh.x", "y"), "tar-whiteout"},
      {"below a whiteout's name", raw_file(".wh.x/f"), "tar-whiteout"},
  }));
  CAPTURE(c.what);
  for (const TarDialect dialect : {TarDialect::strict, TarDialect::oci}) {
    const ReadBack back = read_tar(c.tar + end_marker, dialect, 100);
    CAPTURE(back.codes());
    CHECK(back.has(c.code));
    CHECK(back.broken == back.has("tar-broken"));
    for (const TreeEntry& each : back.entries) CHECK_FALSE(entry_breach(each));
  }
}

TEST_CASE("tar_reader: names that meet in one layer", "[layer][tar][hostile]") {
  struct Case {
    std::string what, tar, code;
  };
  const auto c = GENERATE(values<Case>({
      {"twice", raw_file("a") + raw_file("a"), "tar-duplicate"},
      {"twice by another spelling", raw_file("a") + raw_file("./a"), "tar-duplicate"},
      {"folder twice", raw_dir("a/") + raw_dir("a"), "tar-duplicate"},
      {"folder and file", raw_dir("a/") + raw_file("a"), "tar-duplicate"},
      {"whiteout twice", raw_file(".wh.a") + raw_file(".wh.a"), "tar-duplicate"},
      {"opaque twice", raw_dir("a/") + raw_file("a/.wh..wh..opq") + raw_file("a/.wh..wh..opq"),
       "tar-duplicate"},
      {"file, then its whiteout", raw_file("a") + raw_file(".wh.a"), "tar-whiteout-and-entry"},
      {"whiteout, then the file", raw_file(".wh.a") + raw_file("a"), "tar-whiteout-and-entry"},
      {"below what is whited out", raw_file(".wh.a") + raw_file("a/b"), "tar-whiteout-and-entry"},
      {"whiteout of an implied folder", raw_file("a/b") + raw_file(".wh.a"), "tar-whiteout-and-entry"},
      {"whiteout of an opaque folder", raw_file("a/.wh..wh..opq") + raw_file(".wh.a"),
       "tar-whiteout-and-entry"},
      {"below a file", raw_file("a") + raw_file("a/b"), "tar-parent"},
      {"below a hard link", raw_file("a") + raw_link("b", "a", '1') + raw_file("b/c"), "tar-parent"},
      {"file over an implied folder", raw_file("a/b") + raw_file("a"), "tar-parent"},
      {"link over an implied folder", raw_file("a/b") + raw_link("a", "c"), "tar-parent"},
      {"link over an opaque folder", raw_file("a/.wh..wh..opq") + raw_link("a", "c"), "tar-parent"},
      {"opaque file", raw_file("a") + raw_file("a/.wh..wh..opq"), "tar-parent"},
  }));
  CAPTURE(c.what);
  CHECK(read_tar(c.tar + end_marker, TarDialect::oci).has(c.code));
  CHECK(read_tar(c.tar + end_marker, TarDialect::strict).has(c.code));
}

TEST_CASE("tar_reader: the strict dialect wants parents, order and first names", "[layer][tar]") {
  const auto strict = [](const std::string& tar) { return read_tar(tar + end_marker, TarDialect::strict); };
  CHECK(strict(raw_dir("a/") + raw_file("a/b")).codes() == "");
  CHECK(strict(raw_file("a/b")).codes() == "tar-parent");
  CHECK(strict(raw_file("b") + raw_file("a")).codes() == "tar-order");
  CHECK(strict(raw_file("b") + raw_file(".wh.c")).codes() == "tar-order");
  CHECK(strict(raw_dir("a/") + raw_file("a-b") + raw_file("a/b")).codes() == "tar-order");
  CHECK(strict(raw_link("a", "b") + raw_file("a/b")).has("tar-parent"));
  CHECK(strict(raw_file("a") + raw_link("b", "a", '1') + raw_link("c", "a", '1')).codes() == "");
  CHECK(strict(raw_file("a") + raw_link("b", "a", '1') + raw_link("c", "b", '1')).codes() == "tar-hardlink");
  CHECK(strict(raw_link("a", "x") + raw_link("b", "a", '1')).codes() == "tar-hardlink");
  Raw other;
  other.name = "b", other.type = '1', other.link = "a", other.mode = "0004755";
  CHECK(strict(raw_file("a") + other.str()).codes() == "tar-hardlink");
  CHECK(strict(raw_pax("SCHILY.xattr.user.overlay.opaque", "y") + raw_file("f")).has("tar-xattr"));
}

TEST_CASE("tar_reader: the end of the stream", "[layer][tar][hostile]") {
  const std::string tar = raw_file("a", "text");
  const auto codes = [](const std::string& bytes, TarDialect dialect) {
    return read_tar(bytes, dialect).codes();
  };
  for (const TarDialect dialect : {TarDialect::strict, TarDialect::oci}) {
    CHECK(codes("", dialect) == "tar-end");
    CHECK(codes(tar, dialect) == "tar-end");
    CHECK(codes(tar + std::string(512, '\0'), dialect) == "tar-end");
    CHECK(codes(tar + std::string(1024, '\0'), dialect) == "");
    CHECK(codes(tar + std::string(512, '\0') + tar + end_marker, dialect) == "tar-end tar-broken");
    CHECK(codes(tar + end_marker + "x", dialect) == "tar-trailing");
    CHECK(codes(tar + end_marker + tar + tar, dialect) == "tar-trailing");
    CHECK(codes(tar.substr(0, 600), dialect) == "tar-truncated tar-broken");
    CHECK(codes(tar.substr(0, 100), dialect) == "tar-truncated tar-broken");
    CHECK(codes(tar + std::string(700, '\0'), dialect) == "tar-truncated tar-broken");
    CHECK(codes(std::string(5000, 'g'), dialect) == "tar-checksum tar-broken");
  }
  CHECK(codes(tar + std::string(10240, '\0'), TarDialect::oci) == "");
  CHECK(codes(tar + std::string(10240, '\0'), TarDialect::strict) == "tar-trailing");
  CHECK(codes(tar + std::string(10240, '\0') + "x", TarDialect::oci) == "tar-trailing");
}

TEST_CASE("tar_reader: an extension header of 64 MiB is skipped in bounded memory", "[layer][tar][hostile]") {
  const char type = GENERATE('x', 'L', 'K', 'g');
  Raw raw;
  raw.name = "PaxHeaders/x", raw.type = type, raw.size = "00400000000";
  std::size_t entries = 0;
  TarReader reader(TarDialect::oci, [&](const TreeEntry&) { ++entries; });
  reader.feed(bytes_of(raw.str()));
  const std::string piece(1u << 20, 'x');
  for (int i = 0; i < 64; ++i) reader.feed(bytes_of(piece));
  reader.feed(bytes_of(raw_file("a") + raw_file("b") + end_marker));
  reader.finish();
  CHECK(reader.faults().size() == 1);
  CHECK(reader.faults()[0].code == (type == 'g' ? "tar-global" : "tar-header-size"));
  CHECK_FALSE(reader.broken());
  CHECK(entries == 1);  // not the one that the header belonged to
}

TEST_CASE("tar_reader: entries and names are counted", "[layer][tar][hostile]") {
  std::string tar;
  for (int i = 0; i < 11; ++i) tar += raw_file(std::to_string(i));
  TarLimits limits;
  limits.entries = 11;
  CHECK(read_tar(tar + end_marker, TarDialect::oci, 1u << 20, limits).codes() == "");
  limits.entries = 10;
  const ReadBack back = read_tar(tar + end_marker, TarDialect::oci, 1u << 20, limits);
  CHECK(back.codes() == "tar-entries tar-broken");
  CHECK(back.entries.size() == 10);
  // Folders on the way cost memory too.
  CHECK(read_tar(raw_file("a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u/v/w/x/y/z") + end_marker,
                 TarDialect::oci, 1u << 20, limits)
            .codes() == "tar-entries tar-broken");
}

TEST_CASE("tar_reader: the number of faults is bounded, and their text is printable",
          "[layer][tar][hostile]") {
  std::string tar;
  for (int i = 0; i < 1000; ++i) tar += raw_file("../\x1b[31m" + std::string(80, 'x'));
  const ReadBack back = read_tar(tar + "x", TarDialect::oci);
  CHECK(back.faults.size() == 102);
  CHECK(back.faults[100].code == "tar-more");
  CHECK(back.faults[101].code == "tar-broken");
  CHECK_THAT(back.faults[0].message, Contains("entry '../\\x1b[31m") && !Contains("\x1b"));
}

TEST_CASE("tar_reader: pieces of any size give the same", "[layer][tar]") {
  TreeEntry file = entry("d/f");
  file.attributes.xattrs["user.a"] = "b";
  const std::string tar = tar_of(
      TreeMaker().add(directory("d")).file(file, std::string(700, 'x')).file("e", "text").normalised());
  const ReadBack whole = read_tar(tar, TarDialect::strict);
  CHECK(whole.codes() == "");
  CHECK(whole.texts.at("d/f") == std::string(700, 'x'));
  CHECK(whole.entries.at(1).content == 512 + 1024 + 512);
  for (std::size_t piece = 1; piece < 1100; piece += 13) {
    const ReadBack cut = read_tar(tar, TarDialect::strict, piece);
    REQUIRE(cut.codes() == "");
    REQUIRE(cut.texts == whole.texts);
    REQUIRE(described(cut.entries) == described(whole.entries));
  }
}

TEST_CASE("tar_reader: no second spelling: every changed byte of a header shows", "[layer][tar][hostile]") {
  TreeEntry file = entry("d/f");
  file.attributes.xattrs["user.a"] = "b";
  TreeMaker maker;
  maker.add(directory("d")).file(file, "body").add(link_to("d/g", "d/f", EntryType::hardlink));
  maker.add(link_to("e", "x")).add(entry("w", EntryType::whiteout)).add(entry("d", EntryType::opaque));
  std::string tar = tar_of(maker.normalised());
  tar.resize(tar.size() - end_marker.size());
  const ReadBack good = read_tar(tar + end_marker, TarDialect::strict);
  REQUIRE(good.codes() == "");
  for (std::size_t at = 0; at < tar.size(); ++at) {
    std::string changed = tar;
    changed[at] = static_cast<char>(changed[at] ^ (1 << at % 8));
    for (const bool mend_checksum : {false, true}) {
      if (mend_checksum) {
        const std::size_t block = at / 512 * 512;
        if (changed.substr(block + 257, 5) != "ustar" || (at % 512 >= 148 && at % 512 < 156)) continue;
        fix_checksum(changed, block);
      }
      const ReadBack back = read_tar(changed + end_marker, TarDialect::strict);
      const bool shows = !back.faults.empty() || described(back.entries) != described(good.entries) ||
                         back.texts != good.texts;
      if (!shows) FAIL("byte " << at);
    }
  }
}

TEST_CASE("tar_reader: damaged streams never crash the oci dialect", "[layer][tar][hostile]") {
  const std::string tar = raw_dir("d/") + raw_extension('L', std::string(150, 'n')) + raw_file("x", "body") +
                          raw_pax("path", "d/f") + raw_file("y") + raw_link("e", "x") + raw_file(".wh.q") +
                          end_marker;
  unsigned random = 1;
  const auto next = [&](std::size_t most) {
    random = random * 1664525u + 1013904223u;
    return static_cast<std::size_t>(random >> 8) % most;
  };
  for (int i = 0; i < 4000; ++i) {
    std::string changed = tar;
    for (std::size_t n = next(4) + 1; n > 0; --n) {
      const std::size_t at = next(changed.size());
      changed[at] = static_cast<char>(next(256));
      if (next(2) == 0) fix_checksum(changed, at / 512 * 512);
    }
    if (next(5) == 0) changed.resize(next(changed.size()));
    const ReadBack back = read_tar(changed, TarDialect::oci, next(2000) + 1);
    for (const TreeEntry& each : back.entries) REQUIRE_FALSE(entry_breach(each));
  }
}
