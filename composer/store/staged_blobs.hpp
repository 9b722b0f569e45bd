// New blobs on their way into a folder of blobs: unseen until they are published together.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "composer/store/blobs.hpp"
#include "composer/store/staged_file.hpp"

namespace compose {

// Dropped without publish, nothing remains. Every staged blob holds one descriptor open.
class StagedBlobs final : public BlobStore {
 public:
  // `folder` is where the blobs will be published to; it need not exist yet.
  explicit StagedBlobs(std::filesystem::path folder,
                       StagedFile::Naming naming = StagedFile::Naming::unnamed_if_possible);
  ~StagedBlobs() override;

  [[nodiscard]] std::unique_ptr<BlobWriter> create() override;
  // The descriptor shares its position with the store's own: read it with read_at only.
  [[nodiscard]] std::optional<UniqueFd> find(const BlobDigest& digest) const override;
  [[nodiscard]] std::vector<StoredBlob> list() const;

  // Gives every staged blob its name, the digest in hex, in the folder, and syncs the folder.
  // A file of that name that holds the same bytes is left as it is; anything else is replaced. Names that are
  // new in the folder are appended to `created`, even if it throws half-way. No writer may be at work.
  void publish(int folder, std::vector<std::string>& created);

 private:
  struct Shelf;
  std::shared_ptr<Shelf> shelf_;  // writers may outlive the store
};

}  // namespace compose
