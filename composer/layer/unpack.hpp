// Layer bytes → folders, with our own openat2 code: nothing is ever written outside the
// folder, whatever the layer says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "composer/layer/file_tree.hpp"
#include "composer/layer/remove_tree.hpp"
#include "signer/byte_sink.hpp"

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
  // WhiteoutForm::overlay: the layer hides everything below it. overlayfs does not look for
  // the mark on a layer's root: leave out the lower layers.
  bool opaque_root = false;
};

// Unpacks one uncompressed layer stream into a folder: feed pieces, then finish. Entries are
// unlinked and made anew (never written through), directories keep their content. Modes are
// set in the end so that read-only directories can be filled. Throws verdict Errors for a layer
// that breaks a rule, failure Errors for I/O; the folder is then half filled and to be removed.
// The folder is made if it is absent (then 0755, unless the layer says otherwise).
//
// A parent that is a symbolic link, of this layer or of what the folder holds, is resolved
// inside the folder: a layer with "bin/x" over one with "bin -> usr/bin" fills usr/bin. In the
// overlay form a layer is alone in its folder; there "bin" becomes a directory, which in the
// overlay hides the link, as overlayfs always does with the literal paths of a layer.
// xattrs of overlayfs are never set, and character devices 0:0 (whiteouts to overlayfs) never
// made for an entry.
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

}  // namespace compose
