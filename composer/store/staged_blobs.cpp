#include "composer/store/staged_blobs.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>

#include "signer/error.hpp"

namespace compose {

struct StagedBlobs::Shelf {
  struct Blob {
    std::uint64_t size = 0;
    StagedFile file;
  };
  std::filesystem::path folder;
  StagedFile::Naming naming;
  mutable std::mutex mutex;
  std::map<BlobDigest, Blob> blobs;

  StoredBlob put(const BlobDigest& digest, std::uint64_t size, StagedFile file) {
    const std::scoped_lock lock(mutex);
    blobs.try_emplace(digest, Blob{size, std::move(file)});  // equal bytes are staged once
    return {digest, size};
  }

  // Writer of one blob.
  class Writer final : public BlobWriter {
   public:
    explicit Writer(std::shared_ptr<Shelf> shelf)
        : shelf_(std::move(shelf)), file_(shelf_->folder, shelf_->naming) {}

    void write(std::span<const std::byte> bytes) override {
      write_all(file_.fd(), bytes, "a new blob");
      hasher_.update(bytes);
      size_ += bytes.size();
    }

    StoredBlob finish() override {
      return shelf_->put(BlobDigest(hasher_.finish()), size_, std::move(file_));
    }

   private:
    std::shared_ptr<Shelf> shelf_;
    StagedFile file_;
    Sha256Hasher hasher_;
    std::uint64_t size_ = 0;
  };
};

namespace {

constexpr std::size_t compare_piece = 256u << 10;

enum class Found { nothing, same, different };

bool same_bytes(int left, int right, const std::string& name) {
  std::vector<std::byte> pieces(2 * compare_piece);
  const auto one = std::span(pieces).first(compare_piece);
  const auto two = std::span(pieces).last(compare_piece);
  for (off_t offset = 0;; offset += static_cast<off_t>(compare_piece)) {
    const std::size_t got = read_at(left, one, offset, name);
    if (read_at(right, two, offset, name) != got) return false;
    if (!std::ranges::equal(one.first(got), two.first(got))) return false;
    if (got < compare_piece) return true;
  }
}

// A file that already has the blob's name is kept only if it holds the blob's bytes: what was
// damaged since is healed.
Found look_for(int folder, const std::string& name, int blob) {
  struct stat status {};
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return Found::nothing;
    throw errno_error(errno, fmt::format("stat {}", name));
  }
  if (!S_ISREG(status.st_mode)) return Found::different;
  const UniqueFd there(::openat(folder, name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  return there && same_bytes(there.get(), blob, name) ? Found::same : Found::different;
}

}  // namespace

StagedBlobs::StagedBlobs(std::filesystem::path folder, StagedFile::Naming naming)
    : shelf_(std::make_shared<Shelf>()) {
  shelf_->folder = std::move(folder);
  shelf_->naming = naming;
}

StagedBlobs::~StagedBlobs() = default;

std::unique_ptr<BlobWriter> StagedBlobs::create() { return std::make_unique<Shelf::Writer>(shelf_); }

std::optional<UniqueFd> StagedBlobs::find(const BlobDigest& digest) const {
  const std::scoped_lock lock(shelf_->mutex);
  const auto found = shelf_->blobs.find(digest);
  if (found == shelf_->blobs.end()) return std::nullopt;
  UniqueFd fd(::fcntl(found->second.file.fd(), F_DUPFD_CLOEXEC, 0));
  if (!fd) throw errno_error(errno, "open a new blob");
  return fd;
}

std::vector<StoredBlob> StagedBlobs::list() const {
  const std::scoped_lock lock(shelf_->mutex);
  std::vector<StoredBlob> blobs;
  for (const auto& [digest, blob] : shelf_->blobs) blobs.push_back({digest, blob.size});
  return blobs;
}

void StagedBlobs::publish(int folder, std::vector<std::string>& created) {
  const std::scoped_lock lock(shelf_->mutex);
  for (auto& [digest, blob] : shelf_->blobs) {
    const std::string name = digest.hex();
    const Found found = look_for(folder, name, blob.file.fd());
    if (found == Found::same) continue;
    if (found == Found::nothing) created.push_back(name);
    blob.file.publish(folder, name);
  }
  if (::fsync(folder) != 0) throw errno_error(errno, "sync the folder of blobs");
}

}  // namespace compose
