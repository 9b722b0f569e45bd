#include "runner/process_count.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "runner/fixed_text.hpp"

namespace compose {

namespace {

// The kernel's record, as getdents64 writes it; dirent of libc is the same on 64-bit machines.
static_assert(sizeof(dirent::d_off) == 8 && offsetof(dirent, d_name) == 19);

// /proc/N/task has one link for each thread beside the two of every folder.
unsigned threads_of(int proc, const char* process) {
  FixedText<32> path;
  path.add(process).add("/task");
  struct stat status {};
  if (::fstatat(proc, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return 0;
  return status.st_nlink > 2 ? static_cast<unsigned>(status.st_nlink - 2) : 1;
}

unsigned threads_in(int proc, const char* records, long size) {
  unsigned count = 0;
  for (long at = 0; at < size;) {
    dirent record;
    std::memcpy(&record, records + at, offsetof(dirent, d_name));
    const char* name = records + at + offsetof(dirent, d_name);
    if (name[0] >= '0' && name[0] <= '9') count += threads_of(proc, name);
    at += record.d_reclen;
  }
  return count;
}

}  // namespace

bool more_threads_than(int proc, unsigned most) {
  char records[4096];
  unsigned count = 0;
  if (::lseek(proc, 0, SEEK_SET) != 0) return false;
  while (count <= most) {
    const long size = ::syscall(SYS_getdents64, proc, records, sizeof(records));
    if (size <= 0) return false;
    count += threads_in(proc, records, size);
  }
  return true;
}

}  // namespace compose
