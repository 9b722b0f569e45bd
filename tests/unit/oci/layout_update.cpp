#include "composer/oci/layout_update.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>

#include "composer/oci/folder_lock.hpp"
#include "signer/error.hpp"
#include "tests/unit/oci/layouts.hpp"

using namespace compose;
using namespace compose::test;
using Catch::Matchers::Contains;

namespace {

// Adds an image and tags it.
Descriptor publish(LayoutUpdate& update, const std::string& mark, const std::string& tag) {
  const Manifest manifest{.config = update.add(config_media_type, "{\"x\":\"" + mark + "\"}")};
  const Descriptor image = update.add(manifest_media_type, encode_manifest(manifest));
  update.commit([&](Index& index) { index.manifests.push_back(tagged(image, tag)); });
  return image;
}

ErrorKind kind_of(const Error& error) { return error.kind(); }

template <typename Action>
ErrorKind kind_of_failure(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return kind_of(error);
  }
  FAIL("no error");
  return ErrorKind::verdict;
}

std::string bytes_at(const std::optional<UniqueFd>& fd) {
  REQUIRE(fd);
  std::string bytes(100, '\0');
  bytes.resize(read_at(fd->get(), std::as_writable_bytes(std::span(bytes)), 0, "blob"));
  return bytes;
}

mode_t mode_of(const fs::path& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

class Umask {
 public:
  explicit Umask(mode_t mask) : before_(::umask(mask)) {}
  ~Umask() { ::umask(before_); }

 private:
  mode_t before_;
};

}  // namespace

TEST_CASE("layout_update: a new layout appears complete, with its parents", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const std::string name = GENERATE("out", "a/b/out", "out/");
  const fs::path out = folder.path() / name;
  LayoutUpdate update(out);
  CHECK(update.index().manifests.empty());
  const Descriptor note = update.add("text/plain", "hello");
  CHECK(bytes_at(update.find(note.digest)) == "hello");
  CHECK(everything_in(folder.path()).empty());  // nothing is to be seen before the commit
  const Descriptor image = publish(update, "a", "1");
  const Layout layout(out);
  CHECK(layout.resolve(ImageRef{.layout = out, .tag = "1", .digest = {}}, amd64).digest == image.digest);
  CHECK(layout.read_blob(note) == "hello");
  CHECK(update.index() == layout.index());
  CHECK(read_file(out / "oci-layout", 100) == R"({"imageLayoutVersion":"1.0.0"})");
  CHECK(everything_in(out).size() == 2 + 2 + 3);  // folders, own files, blobs
}

TEST_CASE("layout_update: a file system without unnamed files", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const bool there = GENERATE(true, false);
  const fs::path out = folder.path() / "out";
  if (there) fs::create_directory(out);
  {
    LayoutUpdate abandoned(out, StagedFile::Naming::named);
    abandoned.add("text/plain", "hello");
  }
  CHECK(everything_in(folder.path()).size() == (there ? 1 : 0));
  {
    LayoutUpdate first(out, StagedFile::Naming::named);
    LayoutUpdate second(out, StagedFile::Naming::named);
    publish(first, "a", "1");
    publish(second, "b", "2");
    publish(first, "c", "3");
  }
  CHECK(Layout(out).tags() == std::vector<std::string>{"1", "2", "3"});
  for (const auto& entry : everything_in(folder.path())) CHECK_THAT(entry, !Contains(".staged"));
}

TEST_CASE("layout_update: without commit nothing remains", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  {
    LayoutUpdate update(folder.path() / "out");
    update.add("text/plain", "hello");
    const auto writer = update.create();
    writer->write(bytes_of("half"));
  }
  CHECK(everything_in(folder.path()).empty());
  const HandMade made;
  made.index({});
  const auto before = everything_in(made.path());
  {
    LayoutUpdate update(made.path());
    update.add("text/plain", "hello");
    CHECK(everything_in(made.path()) == before);
  }
  CHECK(everything_in(made.path()) == before);
}

TEST_CASE("layout_update: only an absent or empty folder or a layout", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const auto kind = [&](const fs::path& path) {
    return kind_of_failure([&] { const LayoutUpdate update(path); });
  };
  fs::create_directory(folder.path() / "empty");
  CHECK_NOTHROW(LayoutUpdate(folder.path() / "empty"));
  fs::create_directory(folder.path() / "full");
  replace_file(folder.path() / "full" / "file", "x");
  CHECK(kind(folder.path() / "full") == ErrorKind::failure);
  CHECK(kind(folder.path() / "full" / "file") == ErrorKind::failure);
  CHECK(kind(folder.path() / "full" / "file" / "out") == ErrorKind::failure);
  CHECK(everything_in(folder.path()) == std::vector<std::string>{"empty", "full", "full/file"});
  const HandMade broken;
  broken.write("index.json", "{}");
  CHECK(kind(broken.path()) == ErrorKind::failure);
  fs::create_symlink("nowhere", folder.path() / "dangling");
  CHECK(kind_of_failure([&] {
          LayoutUpdate update(folder.path() / "dangling");
          publish(update, "a", "1");
        }) == ErrorKind::failure);
}

TEST_CASE("layout_update: a first commit that was interrupted can be made again", "[oci][update]") {
  const HandMade made;  // has its version and folders, but no index yet
  LayoutUpdate update(made.path());
  publish(update, "a", "1");
  CHECK(Layout(made.path()).tags() == std::vector<std::string>{"1"});
}

TEST_CASE("layout_update: what the layout holds stays", "[oci][update]") {
  const HandMade made;
  const std::string foreign = R"({ "schemaVersion":2, "x":[1], "manifests":[] })";
  made.write("index.json", foreign);
  const Descriptor old = made.blob("text/plain", "old");
  LayoutUpdate update(made.path());
  CHECK(bytes_at(update.find(old.digest)) == "old");
  CHECK_FALSE(update.find(BlobDigest(sha256("absent"))));
  update.commit([](Index&) {});
  CHECK(read_file(made.path() / "index.json", 1000) == foreign);  // not even rewritten
  publish(update, "a", "1");
  CHECK_THAT(read_file(made.path() / "index.json", 1000), Contains(R"("x":[1])"));
  CHECK(Layout(made.path()).read_blob(old) == "old");
}

TEST_CASE("layout_update: more blobs after a commit", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  LayoutUpdate update(folder.path() / "out");
  publish(update, "a", "1");
  publish(update, "b", "2");
  CHECK(Layout(folder.path() / "out").tags() == std::vector<std::string>{"1", "2"});
}

TEST_CASE("layout_update: two updates of one layout keep both tags", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const fs::path out = folder.path() / "a" / "out";
  LayoutUpdate first(out);
  LayoutUpdate second(out);  // both have seen that there is nothing
  publish(first, "a", "1");
  publish(second, "b", "2");
  CHECK(Layout(out).tags() == std::vector<std::string>{"1", "2"});
}

TEST_CASE("layout_update: sixteen updates race for a new layout (S06)", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const fs::path out = folder.path() / "a" / "out";
  std::vector<std::thread> threads;
  std::vector<std::string> errors(16);
  for (unsigned i = 0; i < errors.size(); ++i) {
    threads.emplace_back([&, i] {
      try {
        LayoutUpdate update(out,
                            i % 2 == 0 ? StagedFile::Naming::named : StagedFile::Naming::unnamed_if_possible);
        update.add("text/plain", "shared by all");
        if (i % 4 == 3) {  // some fail and take back what they made
          update.commit([](Index&) { throw failure_error("on purpose"); });
        }
        publish(update, std::to_string(i), "t" + std::to_string(i));
      } catch (const Error& error) {
        errors[i] = error.what();
      }
    });
  }
  for (auto& thread : threads) thread.join();
  for (unsigned i = 0; i < errors.size(); ++i) {
    CAPTURE(i);
    if (i % 4 == 3) {
      CHECK_THAT(errors[i], Contains("on purpose"));
    } else {
      CHECK(errors[i].empty());
    }
  }
  const Layout layout(out);
  CHECK(layout.tags().size() == 12);
  for (const Descriptor& image : layout.index().manifests) CHECK_NOTHROW(layout.read_blob(image));
}

TEST_CASE("layout_update: a commit that fails takes back what it made", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const fs::path out = folder.path() / "a" / "out";
  LayoutUpdate update(out);
  const Descriptor note = update.add("text/plain", "hello");
  CHECK_THROWS_WITH(update.commit([](Index&) { throw usage_error("no"); }), Contains("no"));
  CHECK(everything_in(folder.path()).empty());
  CHECK(kind_of_failure([&] {
          update.commit([&](Index& index) { index.manifests.push_back(tagged(note, "../../x")); });
        }) == ErrorKind::verdict);
  CHECK(everything_in(folder.path()).empty());
  const auto too_large = [](Index& index) { index.annotations["x"] = std::string(5u << 20, 'x'); };
  CHECK_THROWS_WITH(update.commit(too_large), Contains("would be larger than"));  // after the blobs
  CHECK(everything_in(folder.path()).empty());
  const HandMade made;
  made.index({});
  const auto before = everything_in(made.path());
  LayoutUpdate existing(made.path());
  existing.add("text/plain", "hello");
  CHECK_THROWS_WITH(existing.commit(too_large), Contains("would be larger than"));
  CHECK(everything_in(made.path()) == before);
  publish(update, "a", "1");  // nothing is in the way of the next commit
  CHECK(Layout(out).read_blob(note) == "hello");
}

TEST_CASE("layout_update: damaged blobs are healed, good ones are not touched", "[oci][update]") {
  const HandMade made;
  made.index({});
  const std::string content = "hello, world";
  const Descriptor good = made.blob("text/plain", "good");
  const Descriptor damaged = made.blob("text/plain", content);
  const std::string now = GENERATE("", "hello, worlD", "hello, world!", "link");
  if (now == "link") {
    fs::remove(made.blob_path(damaged));
    fs::create_symlink(made.blob_path(good), made.blob_path(damaged));
  } else {
    replace_file(made.blob_path(damaged), now);
  }
  const auto inode = [&] {
    struct stat status {};
    REQUIRE(::stat(made.blob_path(good).c_str(), &status) == 0);
    return status.st_ino;
  };
  const auto before = inode();
  LayoutUpdate update(made.path());
  update.add("text/plain", content);
  update.add("text/plain", "good");
  update.commit([](Index&) {});
  CHECK(Layout(made.path()).read_blob(damaged) == content);
  CHECK(inode() == before);
  CHECK(everything_in(made.blobs()).size() == 2);
}

TEST_CASE("layout_update: any umask", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  const mode_t mask = GENERATE(0u, 022u, 077u, 0777u);
  const Umask scope(mask);
  const fs::path out = folder.path() / "a" / "out";
  LayoutUpdate update(out);
  const Descriptor image = publish(update, "a", "1");
  CHECK(mode_of(out) == ((0755 & ~mask) | 0700));
  CHECK(mode_of(out / "blobs" / "sha256" / image.digest.hex()) == 0644);
  CHECK(mode_of(out / "index.json") == 0644);
}

TEST_CASE("layout_update: a folder that is a symbolic link", "[oci][update]") {
  const TemporaryFolder folder("compose-test");
  fs::create_directory(folder.path() / "real");
  fs::create_directory_symlink("real", folder.path() / "out");
  LayoutUpdate update(folder.path() / "out");
  publish(update, "a", "1");
  CHECK(Layout(folder.path() / "real").tags() == std::vector<std::string>{"1"});
}

TEST_CASE("folder_lock: the hidden file goes with the lock", "[oci][lock]") {
  const TemporaryFolder folder("compose-test");
  const auto kind = GENERATE(FolderLock::Kind::file, FolderLock::Kind::folder_if_possible);
  int inside = 0;
  int most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const FolderLock lock(folder.path(), kind);
        most = std::max(most, ++inside);  // no two threads are here at once
        std::this_thread::yield();
        --inside;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(most == 1);
  CHECK(everything_in(folder.path()).empty());
}
