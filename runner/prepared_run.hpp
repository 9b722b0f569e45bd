// A plan checked and laid out so that the child after the clone only reads: every path, option
// and argument is a C string made beforehand, every array has its final size.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <array>
#include <string>
#include <vector>

#include "runner/id_map.hpp"
#include "runner/sandbox.hpp"

namespace compose {

struct PreparedMount {
  RunMount::Kind kind = RunMount::Kind::bind;
  std::string source;  // bind only
  std::string target;  // below the root, without a leading slash
  bool read_only = true;
  int tree = -1;  // the child's: a detached copy of the source
};

struct PreparedRun {
  explicit PreparedRun(const RunPlan& plan);  // throws SetupFault
  PreparedRun(const PreparedRun&) = delete;   // the arrays point into the strings
  PreparedRun& operator=(const PreparedRun&) = delete;

  IdMap ids;
  std::vector<std::string> layers;  // top first, none twice
  std::vector<PreparedMount> mounts;
  std::string scratch_size;  // options of the tmpfs
  std::string scratch_inodes;
  std::string workdir;  // below the root
  std::string hostname;
  std::vector<char*> argv;  // ends with a null pointer, as envp does
  std::vector<char*> envp;
  std::vector<std::string> programs;  // where argv[0] may be, in this order
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
  rlimit open_files{};
  rlimit processes{};
  unsigned most_processes = 0;           // for the watchdog; 0: the kernel's own limit holds
  std::array<int, 3> stdio{-1, -1, -1};  // what becomes the program's 0, 1 and 2
  int control = -1;                      // the child's end of the control socket
  int parents_control = -1;              // the parent's end, for the child to close

 private:
  std::vector<std::string> arguments_;
  std::vector<std::string> environment_;
};

}  // namespace compose
