// Run while the program is built: compiles the seccomp rules below to a BPF table and writes it
// as a C++ header. Compiling a filter when a sandbox starts would cost more than the start
// itself; and the program itself needs no libseccomp.
//
// The filter allows what it does not name, so that ordinary servers run, and refuses
//  - what reaches out of the sandbox or into the caller: keyrings, other processes' memory,
//    terminal input, sockets of families that network namespaces do not separate (vsock);
//  - what makes kernel attack surface reachable: new namespaces, mounts, bpf, perf, io_uring,
//    userfaultfd, exotic socket families, modules, kexec;
//  - every system call that is younger than the table (ENOSYS, as on an older kernel), and with
//    it all of x32; calls of another architecture kill the process.
// clone3 answers ENOSYS because its flags lie in memory, where a filter cannot look: libc then
// uses clone.
#include <fcntl.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>
#include <memory>
#include <vector>

namespace {

// set_mempolicy_home_node of Linux 5.17: the last call known to the libseccomp of Debian 12.
constexpr std::uint32_t last_known_call = 450;

// Arguments that the kernel takes as int are compared in 32 bits, as the kernel does.
constexpr scmp_datum_t int_bits = 0xffffffff;

struct Release {
  void operator()(void* filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, Release>;

[[noreturn]] void fail(const char* what, int error) {
  std::fprintf(stderr, "seccomp_rules: %s: error %d\n", what, -error);
  std::exit(1);
}

void refuse(const Filter& filter, int error, std::initializer_list<const char*> calls) {
  for (const char* name : calls) {
    const int call = seccomp_syscall_resolve_name(name);
    if (call == __NR_SCMP_ERROR) fail(name, -ENOENT);
    if (call < 0) continue;  // not on this architecture
    const int result = seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 0);
    if (result != 0) fail(name, result);
  }
}

void refuse_when(const Filter& filter, int error, int call, scmp_arg_cmp condition) {
  const int result =
      seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(static_cast<unsigned>(error)), call, 1, &condition);
  if (result != 0) fail("conditional rule", result);
}

scmp_arg_cmp argument_is(unsigned number, scmp_datum_t mask, scmp_datum_t value) {
  return {number, SCMP_CMP_MASKED_EQ, mask, value};
}

void refuse_reaching_others(const Filter& filter) {
  refuse(filter, ENOSYS, {"add_key", "request_key", "keyctl"});
  refuse(filter, EPERM,
         {"ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp",
          "pidfd_getfd", "open_by_handle_at", "name_to_handle_at", "syslog", "vhangup", "fanotify_init"});
  for (const scmp_datum_t request : {scmp_datum_t{TIOCSTI}, scmp_datum_t{TIOCLINUX}}) {
    refuse_when(filter, EPERM, SCMP_SYS(ioctl), argument_is(1, int_bits, request));
  }
}

void refuse_namespaces(const Filter& filter) {
  refuse(filter, ENOSYS, {"clone3"});
  refuse(filter, EPERM, {"setns"});
  for (const int flag : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                         CLONE_NEWPID, CLONE_NEWNET}) {
    const auto bit = static_cast<scmp_datum_t>(flag);
    refuse_when(filter, EPERM, SCMP_SYS(clone), argument_is(0, bit, bit));
    refuse_when(filter, EPERM, SCMP_SYS(unshare), argument_is(0, bit, bit));
  }
  constexpr scmp_datum_t new_time = 0x80;  // for clone it would be part of the exit signal
  refuse_when(filter, EPERM, SCMP_SYS(unshare), argument_is(0, new_time, new_time));
}

void refuse_mounts(const Filter& filter) {
  refuse(filter, EPERM,
         {"mount", "umount", "umount2", "pivot_root", "chroot", "fsopen", "fsconfig", "fsmount", "fspick",
          "open_tree", "move_mount", "mount_setattr", "swapon", "swapoff", "quotactl", "quotactl_fd"});
}

void refuse_kernel_surface(const Filter& filter) {
  refuse(filter, ENOSYS,
         {"io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "uselib", "_sysctl",
          "sysfs", "lookup_dcookie", "nfsservctl"});
  refuse(filter, EPERM,
         {"bpf", "perf_event_open", "kexec_load", "kexec_file_load", "reboot", "init_module", "finit_module",
          "delete_module", "create_module", "acct", "settimeofday", "stime", "clock_settime", "sethostname",
          "setdomainname", "iopl", "ioperm"});
  // Address randomisation stays on; asking (all bits set) stays possible.
  constexpr scmp_datum_t query_bit = 0x80000000;
  refuse_when(filter, EPERM, SCMP_SYS(personality),
              argument_is(0, query_bit | ADDR_NO_RANDOMIZE, ADDR_NO_RANDOMIZE));
}

// Left are unix, inet, inet6 and netlink.
void refuse_socket_families(const Filter& filter) {
  for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)}) {
    for (int family = AF_UNIX + 1; family < AF_NETLINK; ++family) {
      if (family == AF_INET || family == AF_INET6) continue;
      refuse_when(filter, EAFNOSUPPORT, call, argument_is(0, int_bits, static_cast<scmp_datum_t>(family)));
    }
    refuse_when(filter, EAFNOSUPPORT, call, {0, SCMP_CMP_GT, AF_NETLINK, 0});
  }
}

Filter compiled_rules() {
  Filter filter(seccomp_init(SCMP_ACT_ALLOW));
  if (!filter) fail("seccomp_init", -ENOMEM);
  int result = seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  if (result == 0) result = seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (result != 0) fail("seccomp_attr_set", result);
  refuse_reaching_others(filter);
  refuse_namespaces(filter);
  refuse_mounts(filter);
  refuse_kernel_surface(filter);
  refuse_socket_families(filter);
  return filter;
}

std::vector<sock_filter> exported(const Filter& filter) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::tmpfile(), std::fclose);
  if (!file) fail("tmpfile", -errno);
  const int result = seccomp_export_bpf(filter.get(), fileno(file.get()));
  if (result != 0) fail("seccomp_export_bpf", result);
  std::rewind(file.get());
  std::vector<sock_filter> table;
  for (sock_filter instruction{}; std::fread(&instruction, sizeof(instruction), 1, file.get()) == 1;) {
    table.push_back(instruction);
  }
  if (table.empty()) fail("empty filter", -EIO);
  return table;
}

// Goes before libseccomp's own instructions, which load all that they need again.
std::vector<sock_filter> refuse_younger_calls() {
  constexpr std::uint32_t offset_of_call = 0;  // seccomp_data::nr
  return {
      {BPF_LD | BPF_W | BPF_ABS, 0, 0, offset_of_call},
      {BPF_JMP | BPF_JGT | BPF_K, 0, 1, last_known_call},
      {BPF_RET | BPF_K, 0, 0, SCMP_ACT_ERRNO(ENOSYS)},
  };
}

bool write_header(const char* path, const std::vector<sock_filter>& table) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path, "w"), std::fclose);
  if (!file) return false;
  std::fputs("// Generated by seccomp_rules.cpp.\n#pragma once\n\n#include <linux/filter.h>\n\n", file.get());
  std::fputs("namespace compose {\n\ninline constexpr sock_filter seccomp_table[] = {\n", file.get());
  for (const sock_filter& line : table) {
    std::fprintf(file.get(), "    {0x%02x, %u, %u, 0x%08x},\n", line.code, line.jt, line.jf, line.k);
  }
  std::fputs("};\n\n}  // namespace compose\n", file.get());
  return std::fflush(file.get()) == 0 && std::ferror(file.get()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::vector<sock_filter> table = refuse_younger_calls();
  for (const sock_filter& instruction : exported(compiled_rules())) table.push_back(instruction);
  if (!write_header(argv[1], table)) fail(argv[1], -errno);
  return 0;
}
