#include "composer/store/staged_blobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <thread>

#include "signer/error.hpp"
#include "tests/unit/oci/layouts.hpp"

using namespace compose;
using namespace compose::test;

namespace {

UniqueFd open_folder(const fs::path& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

StoredBlob stage(StagedBlobs& store, std::string_view bytes) {
  const auto writer = store.create();
  writer->write(bytes_of(bytes.substr(0, bytes.size() / 2)));
  writer->write(bytes_of(bytes.substr(bytes.size() / 2)));
  return writer->finish();
}

const auto namings = {StagedFile::Naming::unnamed_if_possible, StagedFile::Naming::named};

}  // namespace

TEST_CASE("staged_blobs: named by their digest when published", "[store]") {
  const auto naming = GENERATE(values(namings));
  const TemporaryFolder folder("compose-test");
  fs::create_directory(folder.path() / "blobs");
  {
    StagedBlobs store(folder.path(), naming);
    const StoredBlob a = stage(store, "alpha");
    const StoredBlob b = stage(store, "beta");
    stage(store, "alpha");
    CHECK(a.digest == BlobDigest(sha256("alpha")));
    CHECK(a.size == 5);
    CHECK(store.list().size() == 2);
    CHECK(everything_in(folder.path() / "blobs").empty());
    std::vector<std::string> created;
    store.publish(open_folder(folder.path() / "blobs").get(), created);
    CHECK(created.size() == 2);
    CHECK(read_file(folder.path() / "blobs" / a.digest.hex(), 100) == "alpha");
    CHECK(read_file(folder.path() / "blobs" / b.digest.hex(), 100) == "beta");
    CHECK(store.find(a.digest));
    created.clear();
    store.publish(open_folder(folder.path() / "blobs").get(), created);  // again: all there
    CHECK(created.empty());
  }
  CHECK(everything_in(folder.path()).size() == 3);  // also no hidden name is left
}

TEST_CASE("staged_blobs: dropped, nothing remains", "[store]") {
  const auto naming = GENERATE(values(namings));
  const TemporaryFolder folder("compose-test");
  {
    StagedBlobs store(folder.path(), naming);
    stage(store, "alpha");
    const auto half = store.create();
    half->write(bytes_of("half"));
  }
  CHECK(everything_in(folder.path()).empty());
}

TEST_CASE("staged_blobs: onto another file system by copy", "[store]") {
  const auto naming = GENERATE(values(namings));
  struct stat here {};
  struct stat there {};
  const TemporaryFolder folder("compose-test");
  if (::stat("/dev/shm", &there) != 0 || ::stat(folder.path().c_str(), &here) != 0 ||
      here.st_dev == there.st_dev || ::access("/dev/shm", W_OK) != 0) {
    WARN("skipped: no second file system in /dev/shm");
    return;
  }
  const TemporaryFolder other("compose-test", "/dev/shm");
  const std::string bytes(3'000'000, 'x');
  StagedBlobs store(folder.path(), naming);
  const StoredBlob blob = stage(store, bytes);
  replace_file(other.path() / blob.digest.hex(), "damaged");
  std::vector<std::string> created;
  store.publish(open_folder(other.path()).get(), created);
  CHECK(created.empty());
  CHECK((read_file(other.path() / blob.digest.hex(), bytes.size()) == bytes));
  CHECK(everything_in(other.path()).size() == 1);
}

TEST_CASE("staged_blobs: a name that is taken by a folder is an error that leaves nothing", "[store]") {
  const auto naming = GENERATE(values(namings));
  const TemporaryFolder folder("compose-test");
  StagedBlobs store(folder.path(), naming);
  const StoredBlob blob = stage(store, "alpha");
  const fs::path target = folder.path() / "blobs";
  fs::create_directories(target / blob.digest.hex() / "x");
  std::vector<std::string> created;
  CHECK_THROWS_AS(store.publish(open_folder(target).get(), created), Error);
  CHECK(everything_in(target).size() == 2);
}

TEST_CASE("staged_blobs: writers in several threads", "[store]") {
  const TemporaryFolder folder("compose-test");
  StagedBlobs store(folder.path());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&store, i] {
      for (int j = 0; j < 10; ++j) stage(store, std::to_string((i + j) % 12));
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(store.list().size() == 12);
}

TEST_CASE("staged_blobs: a folder that is not there yet, or no more", "[store]") {
  const auto naming = GENERATE(values(namings));
  const TemporaryFolder folder("compose-test");
  const fs::path target = folder.path() / "a" / "b";
  StagedBlobs store(target, naming);
  const StoredBlob first = stage(store, "alpha");
  fs::create_directories(target);
  if (naming == StagedFile::Naming::unnamed_if_possible) {
    stage(store, "beta");
    fs::remove(target);  // taken away by whoever made it
    CHECK_NOTHROW(stage(store, "gamma"));
    fs::create_directory(target);
  }
  std::vector<std::string> created;
  store.publish(open_folder(target).get(), created);
  CHECK(read_file(target / first.digest.hex(), 100) == "alpha");
  CHECK(created.size() == store.list().size());
}
