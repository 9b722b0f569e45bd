#include "composer/oci/layout_update.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "composer/oci/layout.hpp"
#include "composer/oci/layout_folder.hpp"
#include "composer/store/staged_blobs.hpp"
#include "signer/atomic_file.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view layout_file = R"({"imageLayoutVersion":"1.0.0"})";
constexpr std::size_t most_index = 4u << 20;

UniqueFd open_folder(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) throw errno_error(errno, fmt::format("open {}", folder.string()));
  return fd;
}

bool is_absent(const fs::path& path) { return ::access(path.c_str(), F_OK) != 0 && errno == ENOENT; }

bool is_regular(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

// Whether `path` holds `bytes`; false also if it cannot be read.
bool holds(const fs::path& path, std::string_view bytes) noexcept {
  try {
    return read_file(path, bytes.size()) == bytes;
  } catch (...) {
    return false;
  }
}

}  // namespace

struct LayoutUpdate::State {
  fs::path folder;
  Index index;
  StagedBlobs staged;

  State(fs::path path, StagedFile::Naming naming)
      : folder(std::move(path)), index(index_before_update(folder)), staged(blobs(), naming) {}

  [[nodiscard]] fs::path blobs() const { return folder / "blobs" / "sha256"; }

  void publish_blobs(Undo& undo) {
    make_folders(blobs(), undo);
    std::vector<std::string> created;
    const auto undo_created = [&] {
      for (const std::string& name : created) undo.add(blobs() / name);
    };
    try {
      staged.publish(open_folder(blobs()).get(), created);
    } catch (...) {
      undo_created();
      throw;
    }
    undo_created();
  }

  void write_layout_file(Undo& undo) const {
    const fs::path path = folder / "oci-layout";
    if (!is_absent(path)) return;
    undo.add(path);
    replace_file(path, layout_file);
  }

  // Last, and the one step that others see.
  void write_index(Index& changed, Undo& undo) const {
    const fs::path path = folder / "index.json";
    changed.media_type = index_media_type;
    const std::string bytes = encode_index(changed);
    if (bytes.size() > most_index)
      throw failure_error("{}: would be larger than {} bytes", path.string(), most_index);
    try {
      replace_file(path, bytes);
    } catch (...) {
      if (holds(path, bytes)) undo.keep();  // replaced, only not known to be durable
      throw;
    }
  }

  void commit(const std::function<void(Index&)>& change) {
    std::unique_ptr<FolderLock> lock;
    Undo undo;  // works while the lock is held
    lock = lock_folder(folder, undo);
    const Index before = index_for_update(folder);
    Index after = before;
    change(after);
    check_ref_names(after);
    publish_blobs(undo);
    write_layout_file(undo);
    if (after != before || is_absent(folder / "index.json")) write_index(after, undo);
    undo.keep();
    index = std::move(after);
  }
};

LayoutUpdate::LayoutUpdate(fs::path folder, StagedFile::Naming naming)
    : state_(std::make_unique<State>(std::move(folder), naming)) {}

LayoutUpdate::~LayoutUpdate() = default;

const Index& LayoutUpdate::index() const { return state_->index; }

std::optional<UniqueFd> LayoutUpdate::find(const BlobDigest& digest) const {
  if (auto staged = state_->staged.find(digest)) return staged;
  const fs::path path = state_->blobs() / digest.hex();
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!fd || !is_regular(fd.get())) return std::nullopt;
  return fd;
}

std::unique_ptr<BlobWriter> LayoutUpdate::create() { return state_->staged.create(); }

Descriptor LayoutUpdate::add(std::string_view media_type, std::string_view bytes) {
  const auto writer = create();
  writer->write(bytes_of(bytes));
  const StoredBlob blob = writer->finish();
  return {.media_type = std::string(media_type), .digest = blob.digest, .size = blob.size};
}

void LayoutUpdate::commit(const std::function<void(Index&)>& change) {
  with_context([&] { state_->commit(change); }, "write {}", state_->folder.string());
}

}  // namespace compose
