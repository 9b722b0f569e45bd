#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "inmate.hpp"

namespace {

// 0 and the errno's name when denied.
int verdict(long result) {
  if (result >= 0) {
    std::puts("worked");
    return 1;
  }
  std::puts(strerrorname_np(errno));
  return 0;
}

int open_to_read(const Arguments& paths) { return verdict(open(paths.at(0).c_str(), O_RDONLY)); }
int open_to_write(const Arguments& paths) { return verdict(open(paths.at(0).c_str(), O_WRONLY)); }
int change_mode(const Arguments& paths) { return verdict(chmod(paths.at(0).c_str(), 0777)); }
int read_link(const Arguments& paths) {
  char target[256];
  return verdict(readlink(paths.at(0).c_str(), target, sizeof(target)));
}

// NAME A B C D E: any system call by number.
int call(const Arguments& arguments) {
  long values[6]{};
  for (std::size_t i = 0; i < arguments.size() && i < 6; ++i) {
    values[i] = static_cast<long>(std::strtoull(arguments[i].c_str(), nullptr, 0));
  }
  return verdict(syscall(values[0], values[1], values[2], values[3], values[4], values[5]));
}

int unshare_namespaces(const Arguments& arguments) {
  return verdict(unshare(static_cast<int>(std::strtol(arguments.at(0).c_str(), nullptr, 0))));
}

int clone_namespaces(const Arguments& arguments) {
  const long flags = std::strtol(arguments.at(0).c_str(), nullptr, 0);
  const long child = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
  if (child == 0) _exit(0);
  return verdict(child);
}

int mount_something(const Arguments&) { return verdict(mount("none", "/tmp", "tmpfs", 0, nullptr)); }

int trace_child(const Arguments&) {
  const pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  return verdict(ptrace(PTRACE_ATTACH, child, nullptr, nullptr));
}

// The second argument adds bits above the 32 that the kernel looks at.
int push_terminal_input(const Arguments& arguments) {
  const unsigned long extra = arguments.size() > 1 ? 1ul << 32 : 0;
  char letter = 'x';
  return verdict(syscall(SYS_ioctl, 0, std::strtoul(arguments.at(0).c_str(), nullptr, 0) | extra, &letter));
}

int gain_ids(const Arguments&) { return verdict(syscall(SYS_setresuid, 12345, 12345, 12345)); }

int connect_tcp(const Arguments& arguments) {
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::strtol(arguments.at(1).c_str(), nullptr, 10)));
  inet_pton(AF_INET, arguments.at(0).c_str(), &address.sin_addr);
  return verdict(connect(client, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
}

int connect_abstract(const Arguments& arguments) {
  const int client = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& name = arguments.at(0);
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return verdict(connect(client, reinterpret_cast<sockaddr*>(&address), size));
}

int open_socket(const Arguments& arguments) {
  return verdict(socket(static_cast<int>(std::strtol(arguments.at(0).c_str(), nullptr, 10)), SOCK_DGRAM, 0));
}

int make_device(const Arguments&) { return verdict(mknod("/device", S_IFCHR | 0600, makedev(1, 3))); }

int signal_init(const Arguments&) {
  for (int signal = 1; signal < 65; ++signal) kill(1, signal);
  usleep(100'000);
  return kill(1, 0) == 0 || errno == EPERM ? 0 : 1;
}

// A program that is set-uid, executed: prints its effective id.
int run_set_uid(const Arguments& arguments) {
  execl(arguments.at(0).c_str(), arguments.at(0).c_str(), "ids", nullptr);
  return 1;
}

// A system call of the 32-bit interface.
int foreign_call(const Arguments&) {
#if defined(__x86_64__)
  long result = 20;  // getpid there
  asm volatile("int $0x80" : "+a"(result) : : "memory");
  return verdict(result);
#else
  kill(getpid(), SIGSYS);
  return 1;
#endif
}

}  // namespace

const std::vector<NamedCommand> attempt_commands{
    {"try-read", open_to_read},
    {"try-write", open_to_write},
    {"try-chmod", change_mode},
    {"try-readlink", read_link},
    {"try-call", call},
    {"try-unshare", unshare_namespaces},
    {"try-clone", clone_namespaces},
    {"try-mount", mount_something},
    {"try-trace", trace_child},
    {"try-terminal", push_terminal_input},
    {"try-ids", gain_ids},
    {"try-tcp", connect_tcp},
    {"try-abstract", connect_abstract},
    {"try-socket", open_socket},
    {"try-device", make_device},
    {"signal-init", signal_init},
    {"run-set-uid", run_set_uid},
    {"try-foreign", foreign_call},
};
