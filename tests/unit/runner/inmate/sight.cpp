#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>

#include "inmate.hpp"

extern char** environ;

namespace {

int show_ids(const Arguments&) {
  uid_t uids[3];
  gid_t gids[3];
  if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 || getresgid(&gids[0], &gids[1], &gids[2]) != 0) return 1;
  std::printf("%u %u %u %u %u %u\n", uids[0], uids[1], uids[2], gids[0], gids[1], gids[2]);
  return 0;
}

int show_groups(const Arguments&) {
  gid_t groups[64];
  const int count = getgroups(64, groups);
  for (int i = 0; i < count; ++i) std::printf("%u\n", groups[i]);
  return count < 0 ? 1 : 0;
}

int show_status(const Arguments&) {
  std::ifstream status("/proc/self/status");
  std::cout << status.rdbuf();
  return status ? 0 : 1;
}

int show_environment(const Arguments&) {
  for (char** entry = environ; *entry != nullptr; ++entry) std::puts(*entry);
  return 0;
}

int show_arguments(const Arguments& arguments) {
  for (const std::string& argument : arguments) std::printf("[%s]\n", argument.c_str());
  return 0;
}

int show_folder(const Arguments&) {
  char folder[4096];
  if (getcwd(folder, sizeof(folder)) == nullptr) return 1;
  std::puts(folder);
  return 0;
}

int show_file(const Arguments& paths) {
  for (const std::string& path : paths) {
    std::ifstream file(path);
    if (!file) {
      std::printf("%s\n", strerrorname_np(errno));
      return 1;
    }
    std::cout << file.rdbuf();
  }
  return 0;
}

int list(const Arguments& paths) {
  DIR* folder = opendir(paths.at(0).c_str());
  if (folder == nullptr) return 1;
  std::vector<std::string> names;
  while (const dirent* entry = readdir(folder)) names.emplace_back(entry->d_name);
  closedir(folder);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) std::puts(name.c_str());
  return 0;
}

// "0755 uid gid", and for devices "c major:minor" by their raw number.
int show_attributes(const Arguments& paths) {
  struct stat status {};
  if (lstat(paths.at(0).c_str(), &status) != 0) {
    std::printf("%s\n", strerrorname_np(errno));
    return 1;
  }
  std::printf("%06o %u %u\n", status.st_mode, status.st_uid, status.st_gid);
  return 0;
}

int show_descriptors(const Arguments&) {
  for (int descriptor = 0; descriptor < 1024; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) std::printf("%d\n", descriptor);
  }
  return 0;
}

int show_signals(const Arguments&) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("Sig") && !line.starts_with("SigQ")) std::puts(line.c_str());
  }
  return 0;
}

int show_limits(const Arguments&) {
  for (const __rlimit_resource resource : {RLIMIT_NOFILE, RLIMIT_NPROC, RLIMIT_CORE}) {
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0) return 1;
    std::printf("%ld %ld\n", static_cast<long>(limit.rlim_cur), static_cast<long>(limit.rlim_max));
  }
  return 0;
}

// Each mount's place and type.
int show_mounts(const Arguments&) {
  std::ifstream mounts("/proc/self/mountinfo");
  std::vector<std::string> lines;
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line.substr(0, line.find(" - ")));
    std::istringstream rest(line.substr(line.find(" - ") + 3));
    std::string place;
    for (int i = 0; i < 5; ++i) fields >> place;
    std::string type;
    rest >> type;
    lines.push_back(place + " " + type);
  }
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) std::puts(line.c_str());
  return 0;
}

// Are two paths the same folder?
int same(const Arguments& paths) {
  struct stat one {};
  struct stat other {};
  if (stat(paths.at(0).c_str(), &one) != 0 || stat(paths.at(1).c_str(), &other) != 0) return 2;
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino ? 0 : 1;
}

int show_names(const Arguments&) {
  utsname name{};
  if (uname(&name) != 0) return 1;
  const mode_t mask = umask(0);
  std::printf("%s %d %d %d %03o\n", name.nodename, getpid(), getsid(0) == getpid(), getpgrp() == getpid(),
              mask);
  return 0;
}

}  // namespace

const std::vector<NamedCommand> sight_commands{
    {"ids", show_ids},
    {"groups", show_groups},
    {"status", show_status},
    {"env", show_environment},
    {"args", show_arguments},
    {"cwd", show_folder},
    {"cat", show_file},
    {"ls", list},
    {"stat", show_attributes},
    {"fds", show_descriptors},
    {"signals", show_signals},
    {"limits", show_limits},
    {"names", show_names},
    {"mounts", show_mounts},
    {"same", same},
};
