#include "signer/custody_log.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "signer/atomic_file.hpp"
#include "signer/custody_bundle.hpp"
#include "signer/error.hpp"
#include "signer/merkle.hpp"
#include "signer/temporary_folder.hpp"
#include "tests/unit/signer/fake_signer.hpp"

using namespace compose;
using namespace compose::test;

namespace fs = std::filesystem;

namespace {

CustodyEntry make_genesis(const std::string& nonce = std::string(32, '0')) {
  return sign_entry({.custody = {}, .team = "release", .stage = "", .parents = {}, .claimed_time = 1},
                    GenesisClaim{"shop/web", {{"release", FakeSigner().primary()}}, "release", nonce},
                    FakeSigner());
}

// The `number`th of many small entries.
CustodyEntry make_stamp(const EntryId& custody, std::size_t number) {
  return sign_entry({.custody = custody, .team = "ops", .stage = "", .parents = {}, .claimed_time = 1},
                    CountersignClaim{custody, StampVerdict::pass, std::to_string(number), {}, {}},
                    FakeSigner());
}

// Appends the entries `from` … `to` - 1 of a log (0 is the genesis) and commits.
void append(const fs::path& folder, std::size_t from, std::size_t to, const Signer& signer = FakeSigner()) {
  const CustodyEntry genesis = make_genesis();
  LogAppend transaction(folder);
  for (std::size_t i = from; i < to; ++i) {
    transaction.add(i == 0 ? genesis : make_stamp(genesis.id, i));
  }
  transaction.commit(signer);
}

std::set<std::string> files_in(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& each : fs::recursive_directory_iterator(folder)) {
    if (!each.is_directory()) files.insert(fs::relative(each.path(), folder).string());
  }
  return files;
}

void write_file(const fs::path& path, std::string_view bytes) {
  fs::create_directories(path.parent_path());
  replace_file(path, bytes);
}

std::string content(const fs::path& path) { return read_file(path, 1u << 26); }

struct Place {
  TemporaryFolder above{"custody-log"};
  fs::path folder = above.path() / "custody";
};

}  // namespace

TEST_CASE("custody_log: no folder and an empty folder are an empty log", "[signer][log]") {
  const Place place;
  CHECK(read_log(place.folder).entries.empty());
  CHECK_FALSE(fs::exists(place.folder));
  fs::create_directory(place.folder);
  const CustodyLog log = read_log(place.folder);
  CHECK(log.leaves.empty());
  CHECK_FALSE(log.checkpoint);
  CHECK_FALSE(log.custody());
}

TEST_CASE("custody_log: what was appended is read back", "[signer][log]") {
  const Place place;
  append(place.folder, 0, 1);
  append(place.folder, 1, 5);
  const CustodyLog log = read_log(place.folder);
  REQUIRE(log.entries.size() == 5);
  CHECK(log.custody() == make_genesis().id);
  for (std::size_t i = 1; i < 5; ++i) {
    CHECK(log.entries[i].line == make_stamp(*log.custody(), i).line);
    CHECK(log.leaves[i] == leaf_hash(log.entries[i].line));
  }
  REQUIRE(log.checkpoint);
  CHECK(log.checkpoint->checkpoint.size == 5);
  CHECK(log.checkpoint->checkpoint.root == tree_root(log.leaves));
  CHECK(log.checkpoint->checkpoint.origin == checkpoint_origin(*log.custody()));
}

TEST_CASE("custody_log: the files are those of tlog-tiles", "[signer][log]") {
  const Place place;
  append(place.folder, 0, 3);
  const std::set<std::string> three{"checkpoint", "tile/0/000.p/3", "tile/entries/000.p/3"};
  CHECK(files_in(place.folder) == three);
  const std::string bundle = content(place.folder / "tile/entries/000.p/3");
  const std::string genesis = make_genesis().line;
  REQUIRE(genesis.size() < 65536);
  CHECK(static_cast<unsigned char>(bundle[0]) * 256u + static_cast<unsigned char>(bundle[1]) ==
        genesis.size());
  CHECK(bundle.substr(2, genesis.size()) == genesis);

  append(place.folder, 3, 258);
  const std::set<std::string> many{"checkpoint",          "checkpoints/" + std::string(40, 'a'),
                                   "tile/0/000",          "tile/0/001.p/2",
                                   "tile/1/000.p/1",      "tile/entries/000",
                                   "tile/entries/001.p/2"};
  CHECK(files_in(place.folder) == many);
  const CustodyLog log = read_log(place.folder);
  CHECK(log.entries.size() == 258);
  const std::string tile = content(place.folder / "tile/1/000.p/1");
  const Sha256 root = tree_root(std::span(log.leaves).first(256));
  CHECK(to_hex(std::as_bytes(std::span(tile))) == root.hex());
}

TEST_CASE("custody_log: an entry that is there is not added again", "[signer][log]") {
  const Place place;
  append(place.folder, 0, 3);
  const std::string before = content(place.folder / "checkpoint");
  LogAppend again(place.folder);
  again.add(make_genesis());
  again.add(make_stamp(make_genesis().id, 2));
  CHECK(again.log().entries.size() == 3);
  again.commit(FakeSigner('b'));  // nothing to sign
  CHECK(content(place.folder / "checkpoint") == before);
}

TEST_CASE("custody_log: without commit nothing happened", "[signer][log]") {
  const Place place;
  {
    LogAppend transaction(place.folder);
    transaction.add(make_genesis());
    CHECK(transaction.log().entries.size() == 1);
  }
  CHECK_FALSE(fs::exists(place.folder));
  append(place.folder, 0, 2);
  const auto before = files_in(place.folder);
  { LogAppend(place.folder).add(make_stamp(make_genesis().id, 9)); }
  CHECK(files_in(place.folder) == before);
}

TEST_CASE("custody_log: a commit that fails takes everything back", "[signer][log]") {
  struct Refusing final : Signer {
    FakeSigner fake;
    const Fingerprint& key() const override { return fake.key(); }
    const Fingerprint& primary() const override { return fake.primary(); }
    const std::string& certificate() const override { return fake.certificate(); }
    std::string sign(std::string_view) const override { throw failure_error("no secret key"); }
  };
  const Place place;
  SECTION("the signature fails") {
    LogAppend transaction(place.folder);
    transaction.add(make_genesis());
    CHECK_THROWS_WITH(transaction.commit(Refusing()),
                      Catch::StartsWith("log ") && Catch::Contains("no secret key"));
  }
  SECTION("the checkpoint cannot be put in its place") {
    fs::create_directories(place.folder / "tile/0/000.p");
    LogAppend transaction(place.folder);
    fs::create_directories(place.folder / "checkpoint/in the way");
    transaction.add(make_genesis());
    CHECK_THROWS_AS(transaction.commit(FakeSigner()), Error);
    CHECK(files_in(place.folder).empty());
    fs::remove_all(place.folder);
  }
  CHECK_FALSE(fs::exists(place.folder));
}

TEST_CASE("custody_log: a log takes its own entries only", "[signer][log]") {
  const Place place;
  const CustodyEntry genesis = make_genesis();
  LogAppend transaction(place.folder);
  CHECK_THROWS_WITH(transaction.add(make_stamp(genesis.id, 1)), Catch::Contains("begins a log"));
  transaction.add(genesis);
  CHECK_THROWS_WITH(transaction.add(make_genesis(std::string(32, '1'))), Catch::Contains("begins a log"));
  CHECK_THROWS_WITH(transaction.add(make_stamp(EntryId(sha256(std::string_view("x"))), 1)),
                    Catch::Contains("belongs to another log"));
  const EntryId nowhere(sha256(std::string_view("nowhere")));
  CHECK_THROWS_WITH(
      transaction.add(sign_entry(
          {.custody = genesis.id, .team = "ops", .stage = "", .parents = {nowhere}, .claimed_time = 1},
          CountersignClaim{genesis.id, StampVerdict::pass, "", {}, {}}, FakeSigner())),
      Catch::Contains("comes before its parent"));
  CHECK(transaction.log().entries.size() == 1);
}

TEST_CASE("custody_log: the newest checkpoint of each signer is kept", "[signer][log]") {
  const Place place;
  append(place.folder, 0, 2, FakeSigner('a'));
  append(place.folder, 2, 3, FakeSigner('b'));
  append(place.folder, 3, 5, FakeSigner('c'));
  append(place.folder, 5, 6, FakeSigner('b'));
  const CustodyLog log = read_log(place.folder);
  CHECK(log.checkpoint->signatures.front().name == std::string(40, 'b'));
  REQUIRE(log.signed_checkpoints.size() == 3);
  CHECK(log.signed_checkpoints[0].checkpoint.size == 2);
  CHECK(log.signed_checkpoints[1].checkpoint.size == 3);
  CHECK(log.signed_checkpoints[2].checkpoint.size == 5);
  append(place.folder, 6, 7, FakeSigner('a'));
  CHECK(read_log(place.folder).signed_checkpoints.size() == 3);
  CHECK(read_log(place.folder).signed_checkpoints[2].checkpoint.size == 6);
}

TEST_CASE("custody_log: what a crash left behind harms nobody", "[signer][log]") {
  const Place place;
  SECTION("before the first checkpoint") {
    write_file(place.folder / "tile/0/000.p/1", "rubbish");
    write_file(place.folder / "tile/entries/000.p/1", "rubbish");
    write_file(place.folder / ".incoming", "rubbish");
    CHECK(read_log(place.folder).entries.empty());
    append(place.folder, 0, 1);
    CHECK(read_log(place.folder).entries.size() == 1);
  }
  SECTION("between tiles and checkpoint") {
    append(place.folder, 0, 2);
    for (const char* name : {"tile/0/000.p/3", "tile/entries/000.p/3", "tile/0/000", "tile/entries/000",
                             "tile/1/000.p/1", ".incoming"}) {
      write_file(place.folder / name, "rubbish");
    }
    CHECK(read_log(place.folder).entries.size() == 2);
    append(place.folder, 2, 3);
    CHECK(read_log(place.folder).entries.size() == 3);
    append(place.folder, 3, 300);
    CHECK(read_log(place.folder).entries.size() == 300);
  }
}

TEST_CASE("custody_log: many writers lose nothing", "[signer][log]") {
  const Place place;
  append(place.folder, 0, 1);
  constexpr std::size_t writers = 6;
  constexpr std::size_t each = 5;
  std::vector<std::thread> threads;
  for (std::size_t writer = 0; writer < writers; ++writer) {
    threads.emplace_back([&place, writer] {
      for (std::size_t i = 0; i < each; ++i) {
        append(place.folder, 1 + writer * each + i, 2 + writer * each + i);
        static_cast<void>(read_log(place.folder));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const CustodyLog log = read_log(place.folder);
  CHECK(log.entries.size() == 1 + writers * each);
  std::set<EntryId> ids;
  for (const CustodyEntry& entry : log.entries) ids.insert(entry.id);
  CHECK(ids.size() == log.entries.size());
}

TEST_CASE("custody_log: two writers of a new log agree on one", "[signer][log]") {
  const Place place;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&place, i] {
      LogAppend transaction(place.folder);
      if (i % 2 == 0) return;  // gives up; the folder it may have made goes away under the others
      if (transaction.log().entries.empty()) transaction.add(make_genesis());
      transaction.commit(FakeSigner());
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(read_log(place.folder).entries.size() == 1);
}

TEST_CASE("custody_log: reading needs no right to write", "[signer][log]") {
  const Place place;
  append(place.folder, 0, 2);
  const auto before = files_in(place.folder);
  static_cast<void>(read_log(place.folder));
  CHECK(files_in(place.folder) == before);
}

TEST_CASE("custody_log: other people's folders are left alone", "[signer][log]") {
  const Place place;
  write_file(place.folder / "thesis.txt", "precious");
  CHECK_THROWS_WITH(read_log(place.folder),
                    Catch::Contains("not a custody log") && Catch::Contains("thesis.txt"));
  CHECK_THROWS_WITH(LogAppend(place.folder), Catch::Contains("not a custody log"));
  CHECK(files_in(place.folder) == std::set<std::string>{"thesis.txt"});
  const Place file;
  write_file(file.folder, "a file");
  CHECK_THROWS_AS(read_log(file.folder), Error);
  CHECK_THROWS_AS(LogAppend(file.folder), Error);
}

TEST_CASE("custody_log: a damaged log is named", "[signer][log][hostile]") {
  static const Place original;
  if (!fs::exists(original.folder)) {
    append(original.folder, 0, 258);
    append(original.folder, 258, 259, FakeSigner('b'));
  }
  const Place place;
  fs::copy(original.folder, place.folder, fs::copy_options::recursive);
  const auto damage = GENERATE("missing tile", "missing entries", "flipped tile", "flipped upper tile",
                               "flipped entry", "truncated tile", "truncated entries", "longer entries",
                               "longer tile", "link", "folder", "linked folder", "fifo", "empty checkpoint",
                               "huge checkpoint", "old checkpoint", "foreign origin", "size 0", "huge size",
                               "kept rubbish", "kept name", "kept fork", "no genesis");
  DYNAMIC_SECTION(damage) {
    const std::string what = damage;
    const fs::path tile = place.folder / "tile/0/000";
    const fs::path entries = place.folder / "tile/entries/000";
    const fs::path checkpoint = place.folder / "checkpoint";
    const auto flip = [](const fs::path& path, std::size_t at) {
      std::string bytes = content(path);
      bytes[at] = static_cast<char>(bytes[at] ^ 1);
      replace_file(path, bytes);
    };
    const auto resign = [&](Checkpoint changed) {
      replace_file(checkpoint, sign_checkpoint(changed, FakeSigner()).note);
    };
    Checkpoint current = read_log(place.folder).checkpoint->checkpoint;
    std::string expected;
    if (what == "missing tile") fs::remove(tile), expected = "tile/0/000 is missing";
    if (what == "missing entries") fs::remove(entries), expected = "tile/entries/000 is missing";
    if (what == "flipped tile") flip(tile, 100), expected = "tile/0/000 does not agree";
    if (what == "flipped upper tile")
      flip(place.folder / "tile/1/000.p/1", 0), expected = "tile/1/000.p/1 does not agree";
    if (what == "flipped entry") flip(entries, 40), expected = "does not agree with the entries";
    if (what == "truncated tile") replace_file(tile, content(tile).substr(32)), expected = "does not agree";
    if (what == "truncated entries") {
      const std::string bytes = content(entries);
      replace_file(entries, std::string_view(bytes).substr(0, bytes.size() - 1));
      expected = "tile/entries/000: truncated";
    }
    if (what == "longer entries")
      replace_file(entries, content(entries) + "x"), expected = "1 bytes too many";
    if (what == "longer tile") replace_file(tile, content(tile) + "x"), expected = "larger than 8192 bytes";
    if (what == "link") {
      fs::rename(tile, place.above.path() / "elsewhere");
      fs::create_symlink(place.above.path() / "elsewhere", tile);
      expected = "symbolic link";
    }
    if (what == "folder") fs::remove(tile), fs::create_directory(tile), expected = "not a regular file";
    if (what == "linked folder") {
      fs::rename(place.folder / "tile", place.above.path() / "elsewhere");
      fs::create_symlink(place.above.path() / "elsewhere", place.folder / "tile");
      expected = "symbolic link";
    }
    if (what == "fifo") {
      fs::remove(tile);
      REQUIRE(::mkfifo(tile.c_str(), 0600) == 0);
      expected = "not a regular file";
    }
    if (what == "empty checkpoint") replace_file(checkpoint, ""), expected = "checkpoint: ";
    if (what == "huge checkpoint")
      replace_file(checkpoint, std::string(1u << 20, 'x')), expected = "larger than";
    if (what == "old checkpoint") current.size = 257, resign(current), expected = "is missing";
    if (what == "foreign origin") {
      current.origin = checkpoint_origin(EntryId(sha256(std::string_view("x"))));
      resign(current);
      expected = "of another log";
    }
    if (what == "size 0") current.size = 0, resign(current), expected = "0 entries";
    if (what == "huge size") current.size = ~std::uint64_t{0}, resign(current), expected = "entries; 1 to";
    const fs::path kept = place.folder / "checkpoints" / std::string(40, 'a');
    if (what == "kept rubbish") replace_file(kept, "rubbish"), expected = "checkpoint: ";
    if (what == "kept name") fs::rename(kept, kept.parent_path() / "x"), expected = "has no place in a log";
    if (what == "kept fork") {
      current.size = 2;
      replace_file(kept, sign_checkpoint(current, FakeSigner()).note);
      expected = "does not agree with the entries";
    }
    if (what == "no genesis") {
      fs::remove_all(place.folder);
      const std::string line = make_stamp(make_genesis().id, 1).line;
      const Sha256 leaf = leaf_hash(line);
      std::string bundle{static_cast<char>(line.size() >> 8), static_cast<char>(line.size())};
      write_file(place.folder / "tile/entries/000.p/1", bundle + line);
      write_file(place.folder / "tile/0/000.p/1", encode_leaves({leaf}));
      current.size = 1;
      current.root = leaf;
      replace_file(checkpoint, sign_checkpoint(current, FakeSigner()).note);
      expected = "begins a log";
    }
    CAPTURE(what);
    REQUIRE_FALSE(expected.empty());
    CHECK_THROWS_WITH(read_log(place.folder), Catch::StartsWith("log ") && Catch::Contains(expected));
    CHECK_THROWS_WITH(LogAppend(place.folder), Catch::StartsWith("log ") && Catch::Contains(expected));
  }
}
