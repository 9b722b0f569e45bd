#include "runner/advice.hpp"

#include <cerrno>
#include <fstream>
#include <optional>

namespace compose {

namespace {

std::optional<long> kernel_number(const char* file) {
  std::ifstream in(file);
  long value = 0;
  if (in >> value) return value;
  return std::nullopt;
}

bool filtered_by_outer_seccomp() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "Seccomp:") return status >> word && word == "2";
  }
  return false;
}

std::string seccomp_advice() {
  if (!filtered_by_outer_seccomp()) return {};
  return "the container around compose filters system calls: run it with a seccomp profile that allows "
         "user namespaces and mounts (podman and docker: --security-opt seccomp=unconfined)";
}

std::string refused_namespaces() {
  if (kernel_number("/proc/sys/kernel/unprivileged_userns_clone") == 0L) {
    return "user namespaces are off for ordinary users: sysctl kernel.unprivileged_userns_clone=1";
  }
  if (kernel_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1L) {
    return "AppArmor keeps ordinary users from user namespaces: sysctl "
           "kernel.apparmor_restrict_unprivileged_userns=0, or a profile for compose with 'userns,'";
  }
  std::string seccomp = seccomp_advice();
  if (!seccomp.empty()) return seccomp;
  return "user namespaces are not permitted here: look at sysctl user.max_user_namespaces, at the security "
         "module, and whether compose runs in a chroot";
}

std::string no_room_for_namespaces() {
  if (kernel_number("/proc/sys/user/max_user_namespaces") == 0L) {
    return "user namespaces are switched off: sysctl user.max_user_namespaces=15000";
  }
  return "a limit on namespaces is reached: look at sysctl user.max_*_namespaces, and at how deep user "
         "namespaces are nested (32 at most)";
}

std::string advice_for_clone(int error) {
  if (error == ENOSPC || error == EUSERS) return no_room_for_namespaces();
  if (error == EPERM || error == EACCES) return refused_namespaces();
  if (error == ENOSYS) {
    std::string seccomp = seccomp_advice();
    return seccomp.empty() ? "clone3 needs Linux 5.3 or later" : seccomp;
  }
  if (error == EAGAIN) return "too many processes: look at ulimit -u";
  return {};
}

}  // namespace

std::string advice_for(SetupStep step, int error) {
  const bool refused = error == EPERM || error == EACCES;
  if (step == SetupStep::clone) return advice_for_clone(error);
  if (step == SetupStep::proc && refused) {
    return "a container around compose hides parts of /proc, so the kernel gives no fresh one (podman: "
           "--security-opt unmask=ALL; docker: --security-opt systempaths=unconfined)";
  }
  if (step == SetupStep::proc && error == ELOOP) return "the image's /proc is a link";
  if (step == SetupStep::dev && error == ELOOP) return "the image's /dev is a link";
  if (step == SetupStep::overlay && (refused || error == EINVAL || error == ENODEV)) {
    return "overlay mounts in a user namespace need Linux 5.11 or later, and layers that do not lie on two "
           "overlays already";
  }
  if (step == SetupStep::pivot && error == EINVAL) return "compose cannot run from an initramfs root";
  if (step == SetupStep::id_maps && refused) {
    return "root needs CAP_SETUID, CAP_SETGID and CAP_SETFCAP in its own user namespace";
  }
  if (error == ENOSYS) return "this kernel is too old (Linux 5.12 is the least), or the call is filtered";
  if (refused && (step == SetupStep::private_mounts || step == SetupStep::scratch))
    return refused_namespaces();
  return {};
}

}  // namespace compose
