// Which ids of the caller are which ids inside the sandbox's user namespace.
//
// An ordinary user maps one id: the image's user inside is the caller outside, so that files
// unpacked as the caller belong to the image's user. No set-uid helper is needed, and the child
// writes the map itself. The caller's supplementary groups cannot be given up that way; they
// stay, without names inside. Root maps every id that it has onto itself; that needs rights in
// the parent namespace, so the parent writes the map.
#pragma once

#include <sys/types.h>

#include <string>

namespace compose {

struct IdMap {
  std::string users;               // text for uid_map
  std::string groups;              // text for gid_map
  bool written_by_parent = false;  // root's map; the payload then switches to its ids
};

// Throws SetupFault when root has no such id to give.
[[nodiscard]] IdMap make_id_map(uid_t uid, gid_t gid);

// Writes the map through `process`, a folder of /proc such as "/proc/self". Async-signal-safe.
// False with errno set when that fails.
[[nodiscard]] bool write_id_map(const IdMap& map, const char* process);

}  // namespace compose
