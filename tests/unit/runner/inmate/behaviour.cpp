#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>

#include "inmate.hpp"

namespace {

long number(const Arguments& arguments, std::size_t index) {
  return std::strtol(arguments.at(index).c_str(), nullptr, 10);
}

int exit_with(const Arguments& arguments) { return static_cast<int>(number(arguments, 0)); }

int kill_itself(const Arguments& arguments) {
  kill(getpid(), static_cast<int>(number(arguments, 0)));
  return 0;
}

// TEXT TEXT: to stdout and stderr.
int say(const Arguments& arguments) {
  std::fputs(arguments.at(0).c_str(), stdout);
  std::fputs(arguments.at(1).c_str(), stderr);
  return 0;
}

int write_file(const Arguments& arguments) {
  std::ofstream file(arguments.at(0));
  file << arguments.at(1);
  file.close();
  if (file) return 0;
  std::printf("%s\n", strerrorname_np(errno));
  return 1;
}

int sleep_long(const Arguments&) {
  std::puts("asleep");
  std::fflush(stdout);
  for (;;) pause();
}

int ignore_signals(const Arguments& arguments) {
  for (int signal = 1; signal < 32; ++signal) std::signal(signal, SIG_IGN);
  return sleep_long(arguments);
}

// TERM ends it with status 42, INT with 43.
int end_on_signal(const Arguments& arguments) {
  std::signal(SIGTERM, [](int) { _exit(42); });
  std::signal(SIGINT, [](int) { _exit(43); });
  return sleep_long(arguments);
}

int stop_itself(const Arguments& arguments) {
  if (fork() == 0) {
    raise(SIGSTOP);
    _exit(0);
  }
  raise(SIGSTOP);
  return sleep_long(arguments);
}

// A daemon that outlives its parent, keeps the output open and ignores everything.
int leave_daemon(const Arguments& arguments) {
  if (fork() == 0) {
    setsid();
    if (fork() == 0) return ignore_signals(arguments);
    _exit(0);
  }
  wait(nullptr);
  return 0;
}

// Its child never executes anything, so the parent of a vfork stays held.
int hold_vfork(const Arguments&) {
  if (vfork() == 0) {
    for (;;) pause();
  }
  return 0;
}

// Processes until there are no more; says how many.
int fork_all(const Arguments& arguments) {
  const long most = number(arguments, 0);
  long made = 0;
  for (; made < most; ++made) {
    const pid_t child = fork();
    if (child < 0) break;
    if (child == 0) {
      for (int signal = 1; signal < 32; ++signal) std::signal(signal, SIG_IGN);
      for (;;) pause();
    }
  }
  std::printf("%ld %s\n", made, made == most ? "all" : strerrorname_np(errno));
  std::fflush(stdout);
  if (arguments.size() > 1 && arguments[1] == "stay") pause();
  return 0;
}

// N mebibytes of numbered lines.
int flood(const Arguments& arguments) {
  const long most = number(arguments, 0) * 1024 * 1024;
  static char block[1 << 16];
  std::memset(block, 'x', sizeof(block));
  block[sizeof(block) - 1] = '\n';
  std::printf("first\n");
  std::fflush(stdout);
  for (long written = 0; written < most; written += static_cast<long>(sizeof(block))) {
    if (write(1, block, sizeof(block)) != static_cast<ssize_t>(sizeof(block))) return 1;
  }
  std::printf("last\n");
  return 0;
}

int count_input(const Arguments&) {
  long count = 0;
  while (getchar() != EOF) ++count;
  std::printf("%ld\n", count);
  return 0;
}

sockaddr_in loopback_at(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A server and its client on the loopback of the sandbox, at a port that ordinary users do not
// get elsewhere.
int talk_to_itself(const Arguments&) {
  const sockaddr_in address = loopback_at(80);
  const auto* place = reinterpret_cast<const sockaddr*>(&address);
  const int server = socket(AF_INET, SOCK_STREAM, 0);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(server, place, sizeof(address)) != 0 || listen(server, 1) != 0) return 1;
  if (connect(client, place, sizeof(address)) != 0) return 2;
  const int accepted = accept(server, nullptr, nullptr);
  char letter = 0;
  return write(client, "x", 1) == 1 && read(accepted, &letter, 1) == 1 && letter == 'x' ? 0 : 3;
}

// What ordinary servers need of /dev and of the kernel.
int use_devices(const Arguments&) {
  const int shared = shm_open("/test", O_CREAT | O_RDWR, 0600);
  if (shared < 0 || ftruncate(shared, 4096) != 0) return 1;
  const int terminal = posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0 || grantpt(terminal) != 0 || unlockpt(terminal) != 0) return 2;
  if (open(ptsname(terminal), O_RDWR | O_NOCTTY) < 0) return 3;
  char bytes[16];
  const int random = open("/dev/urandom", O_RDONLY);
  if (read(random, bytes, sizeof(bytes)) != sizeof(bytes)) return 4;
  const int null = open("/dev/null", O_WRONLY);
  if (write(null, bytes, sizeof(bytes)) != sizeof(bytes)) return 5;
  const int full = open("/dev/full", O_WRONLY);
  if (write(full, bytes, 1) != -1 || errno != ENOSPC) return 6;
  bool ran = false;
  std::thread([&] { ran = true; }).join();
  if (!ran) return 7;
  const int output = open("/dev/stdout", O_WRONLY);
  return output >= 0 && write(output, "again\n", 6) == 6 ? 0 : 8;
}

// Fills the writable layer; says how many mebibytes went in.
int fill(const Arguments& arguments) {
  const int file = open(arguments.at(0).c_str(), O_CREAT | O_WRONLY, 0600);
  static char block[1 << 20];
  long written = 0;
  while (written < 4096 && write(file, block, sizeof(block)) == static_cast<ssize_t>(sizeof(block)))
    ++written;
  std::printf("%ld %s\n", written, strerrorname_np(errno));
  return 0;
}

}  // namespace

const std::vector<NamedCommand> behaviour_commands{
    {"exit", exit_with},
    {"kill-itself", kill_itself},
    {"say", say},
    {"write", write_file},
    {"sleep", sleep_long},
    {"ignore", ignore_signals},
    {"on-signal", end_on_signal},
    {"stop", stop_itself},
    {"daemon", leave_daemon},
    {"vfork", hold_vfork},
    {"forks", fork_all},
    {"flood", flood},
    {"count-input", count_input},
    {"loopback", talk_to_itself},
    {"devices", use_devices},
    {"fill", fill},
};
