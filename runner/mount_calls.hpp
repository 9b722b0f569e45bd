// Mounts made detached and attached by descriptor, so that no path is looked up twice and a
// mount is never visible before it has all its restrictions. Async-signal-safe; descriptors or
// -1 (false) with errno set.
#pragma once

#include <initializer_list>

namespace compose {

struct MountOption {
  const char* key = nullptr;
  const char* value = nullptr;  // null: a flag
};

// A new file system of this type, not attached yet. `attributes` are MOUNT_ATTR_*.
[[nodiscard]] int new_mount(const char* type, std::initializer_list<MountOption> options,
                            unsigned attributes);

// A detached copy of what is mounted at `path` (with all below it) and restricts it.
[[nodiscard]] int copy_mount(int folder, const char* path, unsigned attributes);

// Attaches a detached mount on what `target` is.
[[nodiscard]] bool attach_mount(int mount, int target);

}  // namespace compose
