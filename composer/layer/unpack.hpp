// Layer bytes → folders, with our own openat2 code: nothing is ever written outside the
// folder, whatever the layer says.
#pragma once

#include <filesystem>

#include "composer/layer/file_tree.hpp"
#include "signer/byte_sink.hpp"
#include "signer/finding.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

enum class WhiteoutForm {
  apply,    // delete what lower layers put there: for `compose unpack`
  overlay,  // 0:0 character device and user.overlay.opaque: a lower directory for overlayfs
};

struct UnpackOptions {
  WhiteoutForm whiteouts = WhiteoutForm::apply;
  bool owners = false;  // chown to the layer's ids: needs root
};

struct UnpackSummary {
  std::uint64_t entries = 0;
  std::uint64_t skipped_devices = 0;  // devices that an ordinary user cannot make
  std::uint64_t skipped_xattrs = 0;   // xattrs that could not be set
};

// Unpacks one uncompressed layer stream into a folder: feed pieces, then finish. Entries are
// unlinked and made anew (never written through), directories keep their content. Modes are
// set in the end so that read-only directories can be filled. Throws verdict Errors for a layer
// that breaks a rule, failure Errors for I/O.
class LayerUnpacker {
 public:
  LayerUnpacker(const std::filesystem::path& folder, UnpackOptions options);
  ~LayerUnpacker();
  void feed(std::span<const std::byte> bytes);
  UnpackSummary finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Removes a folder and everything in it, also what its own modes protect. Never follows links.
void remove_tree(const std::filesystem::path& folder);

}  // namespace compose
