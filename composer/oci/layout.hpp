// An OCI image layout in a folder (image-spec image-layout.md).
//
// Reading never writes. Every blob is opened once and what is read through that descriptor is
// checked against its digest and size. Writing goes through LayoutUpdate (layout_update.hpp).
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "composer/oci/image_ref.hpp"
#include "composer/oci/manifest.hpp"
#include "signer/byte_sink.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

class Layout {
 public:
  // Throws a usage Error when the folder is no OCI layout, a verdict Error when its index is
  // broken or names images by what is neither a tag nor a reference of annotations.md.
  explicit Layout(std::filesystem::path folder);
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const Index& index() const { return index_; }

  // The descriptor of the manifest meant by a reference: by tag, by digest, or the only image.
  // Referrers and other artifacts are not counted, nor untagged images beside a tagged one (a
  // tag that moved leaves its old image untagged). An index of several platforms is resolved to
  // `platform`, the first that matches. Usage Error with the list of what is there.
  [[nodiscard]] Descriptor resolve(const ImageRef& ref, const Platform& platform) const;
  // Manifests listed in the index whose subject is `image` and whose artifactType is `type`. One
  // that is listed with this type and cannot be read may be meant: it is returned as well.
  [[nodiscard]] std::vector<Descriptor> referrers(const BlobDigest& image, std::string_view type) const;
  [[nodiscard]] std::vector<std::string> tags() const;  // sorted, each once

  // The file blobs/sha256/<hex>. Verdict Error if it is absent or no regular file.
  [[nodiscard]] UniqueFd open_blob(const BlobDigest& digest) const;
  // A whole small blob, checked against digest and size. Verdict Errors.
  [[nodiscard]] std::string read_blob(const Descriptor& descriptor, std::size_t most = 4u << 20) const;

 private:
  std::filesystem::path folder_;
  Index index_;
};

// Holds the folder's `oci-layout` against image-layout.md: a usage Error if it is absent, a
// verdict Error if it is of another version.
void check_layout_version(const std::filesystem::path& folder);

// Verdict Error if an entry is named by what is no reference (is_valid_ref_name).
void check_ref_names(const Index& index);

// Streams a blob, hashing it: throws a verdict Error at the end if digest or size differ, and
// reads at most size + 1 bytes.
void stream_blob(int fd, const Descriptor& descriptor, const ByteSink& sink);

}  // namespace compose
