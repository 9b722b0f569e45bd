#include <catch2/catch.hpp>
#include <map>
#include <mutex>

#include "composer/layer/layer.hpp"
#include "composer/layer/tar_writer.hpp"
#include "signer/error.hpp"
#include "tests/unit/layer/streams.hpp"

using namespace compose;
using namespace compose::test;

namespace {

class MemoryStore final : public BlobStore {
 public:
  class Writer final : public BlobWriter {
   public:
    explicit Writer(MemoryStore& store) : store_(store) {}
    void write(std::span<const std::byte> bytes) override { bytes_ += text_of(bytes); }
    StoredBlob finish() override {
      const BlobDigest digest(sha256(bytes_));
      const std::uint64_t size = bytes_.size();
      store_.blobs[digest] = std::move(bytes_);
      return {digest, size};
    }

   private:
    MemoryStore& store_;
    std::string bytes_;
  };

  std::unique_ptr<BlobWriter> create() override { return std::make_unique<Writer>(*this); }
  std::optional<UniqueFd> find(const BlobDigest&) const override { return std::nullopt; }

  std::map<BlobDigest, std::string> blobs;
};

class Contents final : public ContentReader {
 public:
  void read(const TreeEntry& entry, const ByteSink& sink) const override {
    if (entry.content == 99) throw usage_error("changed while it was read");
    sink(bytes_of(sample(entry.size, static_cast<unsigned>(entry.content))));
  }
};

TreeEntry file(const std::string& path, std::uint64_t size, std::uint64_t content) {
  TreeEntry entry;
  entry.path = path;
  entry.size = size;
  entry.content = content;
  return entry;
}

FileTree tree() {
  FileTree files{
      .entries = {file("a", 10, 1), file("b", 5'000'000, 2), file("c", 0, 3), file("d", 3'000'001, 4)},
      .contents = std::make_shared<Contents>()};
  normalise_tree(files);
  return files;
}

std::string tar_of(const FileTree& files) {
  std::string tar;
  write_tar(files, append_to(tar));
  return tar;
}

}  // namespace

TEST_CASE("make_layer: the descriptor says what was stored", "[layer][make]") {
  const auto kind = GENERATE(values<Compression>({Compression::none, Compression::gzip, Compression::zstd}));
  CAPTURE(static_cast<int>(kind));
  MemoryStore store;
  CompressionPool pool(2);
  const Layer layer = make_layer(tree(), kind, pool, store);
  const std::string tar = tar_of(tree());
  REQUIRE(store.blobs.size() == 1);
  const std::string& blob = store.blobs.at(layer.blob.digest);
  CHECK(layer.blob.size == blob.size());
  CHECK(layer.blob.media_type == layer_media_type(kind));
  CHECK((decompressed(kind, blob) == tar));
  CHECK(layer.uncompressed == tar.size());
  CHECK(layer.diff_id == DiffId(sha256(tar)));
}

TEST_CASE("make_layer: one tree, one layer, whatever the threads", "[layer][make]") {
  std::vector<BlobDigest> digests;
  for (const unsigned threads : {1u, 3u, 8u}) {
    MemoryStore store;
    CompressionPool pool(threads);
    digests.push_back(make_layer(tree(), Compression::zstd, pool, store).blob.digest);
  }
  CHECK(digests[0] == digests[1]);
  CHECK(digests[0] == digests[2]);
}

TEST_CASE("make_layer: a file that cannot be read leaves nothing in the store", "[layer][make]") {
  MemoryStore store;
  CompressionPool pool(2);
  FileTree broken = tree();
  broken.entries.back().content = 99;
  CHECK_THROWS_WITH(make_layer(broken, Compression::zstd, pool, store), Catch::Matchers::Contains("changed"));
  CHECK(store.blobs.empty());
}
