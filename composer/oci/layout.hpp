// An OCI image layout in a folder (image-spec image-layout.md).
//
// Reading never writes. Every blob is opened once and what is read through that descriptor is
// checked against its digest and size. Writing goes through LayoutUpdate: nothing in the
// folder changes before commit, and index.json is replaced last.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composer/oci/manifest.hpp"
#include "composer/store/blobs.hpp"
#include "signer/byte_sink.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

// LAYOUT[:TAG|@DIGEST] as given on a command line: the tag follows the last ':' after the last '/'.
struct ImageRef {
  std::filesystem::path layout;
  std::optional<std::string> tag;
  std::optional<BlobDigest> digest;
  [[nodiscard]] static ImageRef parse(std::string_view text);  // usage Errors
};

// Tags: [A-Za-z0-9_][A-Za-z0-9._-]{0,127} (distribution-spec).
[[nodiscard]] bool is_valid_tag(std::string_view tag);

class Layout {
 public:
  // Throws a usage Error when the folder is no OCI layout, a verdict Error when its index is broken.
  explicit Layout(std::filesystem::path folder);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const Index& index() const { return index_; }

  // The descriptor of the image meant by a reference: by tag, by digest, or the only image
  // (referrers are not counted). An index of several platforms is resolved to `platform`. Usage
  // Error with the list of what is there.
  [[nodiscard]] Descriptor resolve(const ImageRef& ref, const Platform& platform) const;
  // Manifests listed in the index whose subject is `image` and whose artifactType is `type`.
  [[nodiscard]] std::vector<Descriptor> referrers(const BlobDigest& image, std::string_view type) const;
  [[nodiscard]] std::vector<std::string> tags() const;

  // A blob's file; usage of the path is limited to blobs/sha256/<hex>. Verdict Error if absent.
  [[nodiscard]] UniqueFd open_blob(const BlobDigest& digest) const;
  // A whole small blob, checked against digest and size. Verdict Errors.
  [[nodiscard]] std::string read_blob(const Descriptor& descriptor, std::size_t most = 4u << 20) const;

 private:
  std::filesystem::path folder_;
  Index index_;
};

// Streams a blob, hashing it: throws a verdict Error at the end if digest or size differ, and
// reads at most size + 1 bytes.
void stream_blob(int fd, const Descriptor& descriptor, const ByteSink& sink);

// A change of a layout, or a new one. Blobs are staged as unnamed files; commit links them in
// and replaces index.json, atomically and durably, under a lock. Without commit nothing
// remains.
class LayoutUpdate : public BlobStore {
 public:
  // The folder may be absent, empty or a layout; anything else is a failure Error (exit 3).
  explicit LayoutUpdate(std::filesystem::path folder);
  ~LayoutUpdate() override;

  [[nodiscard]] const Index& index() const;  // as it was; empty for a new layout
  [[nodiscard]] std::optional<UniqueFd> find(const BlobDigest& digest) const override;
  [[nodiscard]] std::unique_ptr<BlobWriter> create() override;
  Descriptor add(std::string_view media_type, std::string_view bytes);  // a small blob

  // The index is read again under the lock and given to `change`, so that two updates of one
  // layout do not lose each other's tags.
  void commit(const std::function<void(Index&)>& change);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace compose
