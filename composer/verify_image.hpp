// Is this image what it says, and does its custody satisfy a policy? check_image plus
// verify_custody plus the contracts, held against the layers' own bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "composer/check/check_image.hpp"
#include "composer/oci/image_ref.hpp"
#include "recipes/test_suite.hpp"
#include "signer/trust_policy.hpp"
#include "signer/verify_custody.hpp"

namespace compose {

// An image whose custody satisfies a policy. Only verify_image makes one.
class VerifiedImage {
 public:
  [[nodiscard]] const CheckedImage& image() const { return image_; }

 private:
  friend struct ImageVerifier;
  explicit VerifiedImage(CheckedImage image) : image_(std::move(image)) {}
  CheckedImage image_;
};

struct VerifyImageOptions {
  std::optional<std::filesystem::path> log;    // demands freshness against this log
  std::optional<std::filesystem::path> state;  // … against what was seen last; updated on success
  std::int64_t now = 0;
};

struct VerifyResult {
  Descriptor manifest;                 // of the image that was asked for
  std::optional<VerifiedImage> image;  // present exactly if there is no finding
  CustodyReport custody;               // stages, seal, notices
  Findings findings;                   // of the image, its custody and its contracts
};

[[nodiscard]] VerifyResult verify_image(const ImageRef& ref, const TrustPolicy& policy,
                                        const VerifyImageOptions& options);

// The tests and mounts that travel with an image; empty if there are none. Not verified.
[[nodiscard]] TestSuite carried_tests(const Layout& layout, const BlobDigest& image);

}  // namespace compose
