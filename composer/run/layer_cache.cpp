#include "composer/run/layer_cache.hpp"

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <set>

#include "composer/layer/unpack.hpp"
#include "composer/side_by_side.hpp"
#include "signer/atomic_file.hpp"
#include "signer/error.hpp"
#include "signer/temporary_folder.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

const char* environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT: read only
  return value != nullptr && *value == '/' ? value : nullptr;
}

// Root keeps the layer's owners, an ordinary user cannot: the two do not share folders.
bool keeps_owners() { return ::geteuid() == 0; }

constexpr const char* opaque_mark = "user.overlay.opaque";

// Overlayfs ignores the mark on a layer's root; we do not.
void mark_as_hiding_all(const fs::path& layer) {
  if (::setxattr(layer.c_str(), opaque_mark, "y", 1, 0) != 0) {
    throw errno_error(errno, fmt::format("mark {} as opaque", layer.string()));
  }
}

bool hides_all_below(const fs::path& layer) {
  char mark = 0;
  return ::lgetxattr(layer.c_str(), opaque_mark, &mark, 1) == 1 && mark == 'y';
}

void unpack_layer(const LayerStream& layer, const fs::path& place) {
  const TemporaryFolder building(".unpacking", place.parent_path());
  const fs::path inside = building.path() / "layer";
  if (!fs::create_directory(inside)) throw failure_error("create {}", inside.string());
  LayerUnpacker unpacker(inside, {.whiteouts = WhiteoutForm::overlay, .owners = keeps_owners()});
  Sha256Hasher hasher;
  layer.read([&](std::span<const std::byte> bytes) {
    hasher.update(bytes);
    unpacker.feed(bytes);
  });
  if (unpacker.finish().opaque_root) mark_as_hiding_all(inside);
  if (DiffId(hasher.finish()) != layer.diff_id) {
    throw verdict_error("the layer's bytes do not give diff_id {}", layer.diff_id.str());
  }
  // Another process may have been quicker: its folder is as good as ours. RENAME_NOREPLACE is
  // not needed, since a rename over a folder that is not empty fails.
  if (::rename(inside.c_str(), place.c_str()) == 0) return;
  if (errno == EEXIST || errno == ENOTEMPTY) {
    remove_tree(inside);
    return;
  }
  throw errno_error(errno, fmt::format("rename to {}", place.string()));
}

}  // namespace

LayerCache LayerCache::of_user() {
  fs::path base;
  if (const char* cache = environment("XDG_CACHE_HOME")) {
    base = cache;
  } else if (const char* home = environment("HOME")) {
    base = fs::path(home) / ".cache";
  }
  std::error_code fault;
  if (!base.empty()) {
    const fs::path folder = base / "compose" / "layers";
    fs::create_directories(folder, fault);
    if (!fault && ::access(folder.c_str(), W_OK | X_OK) == 0) {
      fs::permissions(folder, fs::perms::owner_all, fault);
      return LayerCache(folder);
    }
  }
  static const TemporaryFolder folder("compose-layers");
  return LayerCache(folder.path());
}

std::vector<fs::path> LayerCache::unpack(const std::vector<LayerStream>& layers, unsigned threads) const {
  std::vector<fs::path> places;
  std::vector<std::size_t> missing;
  std::set<fs::path> seen;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    places.push_back(folder_ / (layers[i].diff_id.hex() + (keeps_owners() ? "-owned" : "")));
    if (seen.insert(places.back()).second && !fs::exists(places.back())) missing.push_back(i);
  }
  side_by_side(threads, missing.size(), [&](std::size_t i) {
    const LayerStream& layer = layers[missing[i]];
    with_context([&] { unpack_layer(layer, places[missing[i]]); }, "unpack layer {}", layer.diff_id.str());
  });
  const auto top = std::find_if(places.rbegin(), places.rend(), hides_all_below);
  if (top != places.rend()) places.erase(places.begin(), std::prev(top.base()));
  return places;
}

}  // namespace compose
