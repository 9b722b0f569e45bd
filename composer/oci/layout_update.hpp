// A change of an OCI image layout, or a new one.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "composer/oci/manifest.hpp"
#include "composer/store/blobs.hpp"
#include "composer/store/staged_file.hpp"

namespace compose {

// Blobs are staged as unnamed files; commit links them in and replaces index.json, atomically
// and durably, under a lock. Without commit nothing remains, and a commit that fails takes
// back what it made. Creating and finding blobs is safe from several threads.
class LayoutUpdate : public BlobStore {
 public:
  // The folder may be absent, empty or a layout; anything else is a failure Error (exit 3).
  explicit LayoutUpdate(std::filesystem::path folder,
                        StagedFile::Naming naming = StagedFile::Naming::unnamed_if_possible);
  ~LayoutUpdate() override;

  // As it was when the update was made or last committed; empty for a new layout.
  [[nodiscard]] const Index& index() const;
  // A staged blob, else one of the layout. Read it with read_at (its position is shared), and
  // check what the layout holds (stream_blob): it may have been damaged since it was written.
  [[nodiscard]] std::optional<UniqueFd> find(const BlobDigest& digest) const override;
  [[nodiscard]] std::unique_ptr<BlobWriter> create() override;
  Descriptor add(std::string_view media_type, std::string_view bytes);  // a small blob

  // The index is read again under the lock and given to `change`, so that two updates of one
  // layout do not lose each other's tags. No writer may be at work. May be called again, after
  // more blobs.
  void commit(const std::function<void(Index&)>& change);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
