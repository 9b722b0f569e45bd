#include "composer/layer/tar_writer.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <random>

#include "composer/layer/tar_header.hpp"
#include "signer/atomic_file.hpp"
#include "signer/digest.hpp"
#include "signer/error.hpp"
#include "tests/unit/layer/trees.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

// diff_ids are for ever: who changes one of these constants breaks every cache and signature.
std::string diff_id_of(const FileTree& tree) { return sha256(tar_of(tree)).hex(); }

TreeMaker small_tree() {
  TreeMaker maker;
  maker.add(directory("srv")).add(directory("srv/app", 0750));
  maker.file("srv/app/hello", "hello, world\n").add(link_to("srv/app/link", "../../etc/motd"));
  return maker;
}

TreeMaker every_kind() {
  TreeMaker maker = small_tree();
  const std::string s100(100, 'n'), s101(101, 'm'), s200(200, 'o');
  maker.add(directory("", 0700)).add(entry("gone", EntryType::whiteout));
  maker.add(entry("srv/old", EntryType::whiteout)).add(entry("srv/app", EntryType::opaque));
  maker.add(link_to("srv/app/again", "srv/app/hello", EntryType::hardlink));
  TreeEntry device = entry("dev/sda1", EntryType::block_device);
  device.device_major = 8, device.device_minor = 0xfffff;
  maker.add(directory("dev")).add(entry("dev/null", EntryType::char_device)).add(device);
  maker.add(entry("dev/initctl", EntryType::fifo));
  TreeEntry owned = entry("srv/app/owned");
  owned.attributes = {.mode = 07777, .uid = 2097151, .gid = 2097152, .xattrs = {}};
  owned.mtime = 0x1'ffff'ffff;
  maker.file(owned, std::string(512, 'x'));
  TreeEntry capable = entry("srv/app/capable");
  capable.attributes.xattrs = {{"security.capability", std::string("\1\0\0\2", 4)}, {"user.empty", ""}};
  maker.file(capable, std::string(513, 'y'));
  maker.file(s100, "100")
      .file(s101, "101")
      .add(directory(s200))
      .file(s200 + "/" + s100, "split")
      .file(s200 + "/" + s101, "not split");
  maker.add(directory("d/" + s100))
      .add(directory("d"))
      .add(directory("d/" + s100 + "/" + std::string(99, 'p')));
  maker.add(link_to("far", s101)).file("\xff\x1b[0m", "not UTF-8");
  return maker;
}

void compare_with_golden(const std::string& tar, const std::string& name) {
  const std::filesystem::path golden = std::filesystem::path(COMPOSE_TESTS_DIR) / "golden/layer" / name;
  if (std::getenv("COMPOSE_ACCEPT") != nullptr) replace_file(golden, tar);
  CHECK(read_file(golden, 1u << 20) == tar);
}

FileTree random_tree(unsigned seed) {
  std::mt19937 random(seed);
  const auto upto = [&](unsigned most) { return static_cast<unsigned>(random() % (most + 1)); };
  std::vector<std::string> folders = {""};
  TreeMaker maker;
  for (unsigned i = 0; i < 150; ++i) {
    std::string name = std::to_string(i) + std::string(upto(3) == 0 ? upto(200) : upto(12), 'a');
    if (upto(5) == 0) name += static_cast<char>(1 + upto(254));
    std::replace(name.begin(), name.end(), '/', '+');
    const std::string& folder = folders[upto(static_cast<unsigned>(folders.size()) - 1)];
    const std::string path = folder.empty() ? name : folder + "/" + name;
    if (path.size() > 3000) continue;
    TreeEntry made = entry(path);
    made.attributes.mode = upto(07777);
    made.attributes.uid = upto(3) == 0 ? upto(0x7fffffff) : upto(1000);
    made.mtime = upto(0x7fffffff);
    if (upto(4) == 0)
      made.attributes.xattrs["user." + std::to_string(upto(9))] = std::string(upto(300), '\n');
    switch (upto(6)) {
      case 0:
      case 1:
        made.type = EntryType::directory;
        folders.push_back(path);
        break;
      case 2:
        made.type = EntryType::symlink;
        made.link = std::string(1 + upto(300), 'l');
        made.attributes.xattrs.clear();
        break;
      case 3:
        made.type = EntryType::whiteout;
        break;
      default:
        maker.file(made, std::string(upto(2000), static_cast<char>(upto(255))));
        continue;
    }
    maker.add(made);
  }
  return maker.normalised();
}

}  // namespace

TEST_CASE("tar_writer: golden layers", "[layer][tar][golden]") {
  compare_with_golden(tar_of(FileTree{}), "empty.tar");
  compare_with_golden(tar_of(small_tree().normalised()), "small.tar");
  compare_with_golden(tar_of(every_kind().normalised()), "every-kind.tar");
}

TEST_CASE("tar_writer: diff_ids are constants", "[layer][tar][golden]") {
  CHECK(diff_id_of(FileTree{}) == "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
  CHECK(diff_id_of(small_tree().normalised()) ==
        "8ad34242730f8a6cf47074724ca1a56efbd32bb01ca031ac86bbac942f49ddbd");
  CHECK(diff_id_of(every_kind().normalised()) ==
        "21f16499ab2ef93576d53cfceeb82b72c6bc8a713788d40c9f396435ac594f7c");
}

TEST_CASE("tar_writer: the strict reader takes what the writer writes", "[layer][tar]") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const FileTree tree = seed == 0 ? every_kind().normalised() : random_tree(seed);
    const std::string tar = tar_of(tree);
    const ReadBack oci = read_tar(tar, TarDialect::oci, 1 + seed * 37);
    CHECK(oci.codes() == "");
    CHECK(described(oci.entries) == described(tree.entries));
    for (const TreeEntry& each : tree.entries) {
      if (each.type != EntryType::file || each.size == 0) continue;
      std::string text;
      tree.contents->read(each, [&](auto bytes) { text += text_of(bytes); });
      REQUIRE(oci.texts.at(each.path) == text);
    }
    const ReadBack strict = read_tar(tar, TarDialect::strict);
    CHECK(strict.codes() == "");
    CHECK(described(strict.entries) == described(tree.entries));
  }
}

TEST_CASE("tar_writer: the bytes do not depend on the order of the entries", "[layer][tar]") {
  FileTree tree = every_kind().normalised();
  const std::string expected = diff_id_of(tree);
  std::mt19937 random(3);
  for (int i = 0; i < 20; ++i) {
    std::shuffle(tree.entries.begin(), tree.entries.end(), random);
    normalise_tree(tree);
    REQUIRE(diff_id_of(tree) == expected);
  }
}

TEST_CASE("tar_writer: numbers that do not fit go into PAX records", "[layer][tar]") {
  TreeEntry large = entry("large");
  std::string header;
  SECTION("8 GiB - 1 fits") {
    large.size = 0x1'ffff'ffff;
    append_tar_header(header, large);
    REQUIRE(header.size() == 512);
    CHECK(header.substr(124, 12) == std::string("77777777777\0", 12));
  }
  SECTION("8 GiB does not") {
    large.size = 0x2'0000'0000;
    append_tar_header(header, large);
    REQUIRE(header.size() == 1536);
    CHECK(header.substr(512, 20) == std::string("19 size=8589934592\n\0", 20));
    CHECK(header.substr(1024 + 124, 12) == std::string("00000000000\0", 12));
  }
  SECTION("uid 2^31 - 1") {
    large.attributes.uid = 0x7fff'ffff;
    append_tar_header(header, large);
    CHECK(header.substr(512, 19) == std::string("18 uid=2147483647\n\0", 19));
  }
}

TEST_CASE("tar_writer: names are split at the last slash that fits", "[layer][tar]") {
  const std::string a(50, 'a'), b(60, 'b'), c(70, 'c');
  std::string header;
  append_tar_header(header, entry(a + "/" + b + "/" + c));
  REQUIRE(header.size() == 512);
  CHECK(header.substr(0, 71) == c + '\0');
  CHECK(header.substr(345, 112) == a + "/" + b + '\0');
  header.clear();
  append_tar_header(header, directory(std::string(150, 'd') + "/" + std::string(99, 'e')));
  CHECK(header.size() == 512);  // the slash at the end counts
  header.clear();
  append_tar_header(header, directory(std::string(150, 'd') + "/" + std::string(100, 'e')));
  CHECK(header.size() > 512);
}

TEST_CASE("tar_writer: content that is not as long as its entry says", "[layer][tar]") {
  FileTree tree = TreeMaker().file("f", "12345").normalised();
  tree.entries[0].size = GENERATE(4u, 6u, 1000u);
  CHECK_THROWS_WITH(tar_of(tree), Contains("entry 'f'") && Contains("while it was read"));
}

TEST_CASE("tar_writer: pieces are large", "[layer][tar]") {
  TreeMaker maker;
  for (int i = 0; i < 3000; ++i) maker.file(fmt::format("f{:05}", i), std::string(100, 'x'));
  maker.file("z", std::string(3u << 20, 'z'));
  const FileTree tree = maker.normalised();
  std::size_t pieces = 0, total = 0;
  write_tar(tree, [&](std::span<const std::byte> piece) { ++pieces, total += piece.size(); });
  CHECK(total == 3000 * 1024 + 512 + (3u << 20) + 1024);
  CHECK(pieces <= total / (256u << 10));
}
