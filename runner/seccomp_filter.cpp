#include "runner/seccomp_filter.hpp"

#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <iterator>

#include "runner/seccomp_table.hpp"

namespace compose {

static_assert(std::size(seccomp_table) <= BPF_MAXINSNS);

bool install_seccomp_filter() {
  // The kernel only reads the table; its type has no const.
  sock_fprog program{static_cast<unsigned short>(std::size(seccomp_table)),
                     const_cast<sock_filter*>(std::data(seccomp_table))};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

}  // namespace compose
