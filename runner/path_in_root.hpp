// Paths below a root as a process inside would see them: links are followed but never lead
// out of the root, links of /proc are refused. Async-signal-safe; all return a descriptor or
// -1 with errno set.
#pragma once

namespace compose {

// Opens what is there. An empty path is the root itself.
[[nodiscard]] int open_in_root(int root, const char* path, int flags, unsigned long long resolve = 0);

// The folder, made with its missing parents (0755) when absent.
[[nodiscard]] int make_folder_in_root(int root, const char* path);

// The same for something to mount a file on: an empty file when absent.
[[nodiscard]] int make_file_in_root(int root, const char* path);

}  // namespace compose
