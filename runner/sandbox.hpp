// Runs one program in an image's file system: fresh user, mount, PID, network, IPC, UTS and
// cgroup namespaces, overlay root, our own init, no capabilities, no_new_privs, seccomp. Knows
// no image, key or git: it gets a prepared plan and gives back a result.
//
// An ordinary user needs no set-uid helper: `uid` and `gid` inside are the caller outside, and
// what the caller owns belongs to them. Root's ids are the same inside and outside; without
// capabilities they are still the owners of what is theirs in a writable bind mount.
//
// May be called from several threads at once; the child uses only async-signal-safe code. A run
// ends when its program ends, whatever that has started. Nothing is left behind whatever happens
// to the caller. Needs Linux 5.12.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "runner/run_result.hpp"

namespace compose {

struct RunMount {
  enum class Kind {
    bind,             // source (folder or file) → target
    tmpfs,            // a fresh one, the program's own, with the mode that the image gives the target
    empty_read_only,  // an empty folder
  };
  Kind kind = Kind::bind;
  std::filesystem::path source;
  std::string target;  // absolute, in the image; made if absent; resolved inside the root
  bool read_only = true;
};

struct RunLimits {
  std::uint64_t tmpfs_bytes = 256ull << 20;  // writable layer, tmpfs mounts and /dev/shm together
  std::uint64_t open_files = 1024;
  std::uint64_t processes = 512;
};

enum class OutputMode {
  capture,  // kept in the result, bounded: head and tail; stdin is empty
  inherit,  // the caller's stdin, stdout and stderr; SIGINT, TERM, HUP and QUIT are passed on
};

struct RunPlan {
  std::vector<std::filesystem::path> lower;  // unpacked layers, lowest first; at least one
  std::vector<std::string> argv;             // argv[0] is looked up in PATH of `env`
  std::vector<std::string> env;              // "K=V"; nothing of the caller's environment
  std::string workdir = "/";                 // made if absent
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // root only: an ordinary user cannot give up its own
  std::string hostname = "compose";
  std::vector<RunMount> mounts;
  RunLimits limits;
  OutputMode output = OutputMode::capture;
  std::size_t most_output = 1u << 20;      // per stream, bytes kept
  std::chrono::milliseconds timeout{0};    // 0: none
  std::chrono::milliseconds grace{2'000};  // between TERM and KILL
};

// Never throws for what the program does; a sandbox that cannot be set up is a result too
// (RunResult::Status::setup_failed), never less isolation.
[[nodiscard]] RunResult run_in_sandbox(const RunPlan& plan);

}  // namespace compose
