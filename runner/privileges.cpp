#include "runner/privileges.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace compose {

bool drop_future_capabilities() {
  constexpr unsigned long most_capabilities = 64;
  for (unsigned long capability = 0; capability < most_capabilities; ++capability) {
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0) continue;
    if (errno != EINVAL) return false;
    break;  // the first that this kernel does not know
  }
  return ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

bool switch_ids(const PreparedRun& run) {
  if (!run.ids.written_by_parent) return true;  // the map has one id, and this is it
  return ::syscall(SYS_setgroups, run.groups.size(), run.groups.data()) == 0 &&
         ::syscall(SYS_setresgid, run.gid, run.gid, run.gid) == 0 &&
         ::syscall(SYS_setresuid, run.uid, run.uid, run.uid) == 0;
}

bool drop_present_capabilities() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[2]{};
  return ::syscall(SYS_capset, &header, none) == 0;
}

bool forbid_new_privileges() { return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0; }

}  // namespace compose
