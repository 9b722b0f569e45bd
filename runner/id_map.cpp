#include "runner/id_map.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "runner/fixed_text.hpp"
#include "runner/setup_fault.hpp"

namespace compose {

namespace {

// A namespace made by `unshare -r` and the like: its root is an ordinary user after all.
bool has_one_id(const char* file) {
  std::ifstream ranges(file);
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  std::uint64_t ids = 0;
  while (ranges >> inside >> outside >> count) ids += count;
  return ids == 1;
}

// Root in this user namespace, with the right to write whole maps.
bool may_map_ranges() {
  if (::geteuid() != 0 || has_one_id("/proc/self/uid_map") || has_one_id("/proc/self/gid_map")) return false;
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct data[2]{};
  if (::syscall(SYS_capget, &header, data) != 0) return false;
  constexpr std::uint32_t wanted = 1u << CAP_SETUID | 1u << CAP_SETGID | 1u << CAP_SYS_ADMIN;
  return (data[0].effective & wanted) == wanted;
}

// Every range that this namespace has, mapped onto itself. The ranges cannot be joined: the
// kernel wants each to lie in one range of the parent.
std::string identity_map(const char* file, std::uint64_t id, std::string_view kind) {
  std::ifstream ranges(file);
  std::string text;
  std::uint64_t inside = 0;
  std::uint64_t outside = 0;
  std::uint64_t count = 0;
  bool has_id = false;
  while (ranges >> inside >> outside >> count) {
    text += fmt::format("{} {} {}\n", inside, inside, count);
    has_id = has_id || (id >= inside && id - inside < count);
  }
  if (has_id) return text;
  throw SetupFault{fmt::format("map {} {}", kind, id), EINVAL,
                   fmt::format("this user namespace has no such id, see {}", file)};
}

bool write_file(const char* process, const char* name, const char* text, std::size_t size) {
  FixedText<64> path;
  path.add(process).add(name);
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool written = ::write(file, text, size) == static_cast<ssize_t>(size);
  const int error = errno;
  ::close(file);
  errno = error;
  return written;
}

}  // namespace

IdMap make_id_map(uid_t uid, gid_t gid) {
  constexpr auto no_id = static_cast<uid_t>(-1);
  if (uid == no_id) throw SetupFault{"map user 4294967295", EINVAL, {}};
  if (gid == no_id) throw SetupFault{"map group 4294967295", EINVAL, {}};
  if (!may_map_ranges()) {
    return {fmt::format("{} {} 1\n", uid, ::geteuid()), fmt::format("{} {} 1\n", gid, ::getegid()), false};
  }
  return {identity_map("/proc/self/uid_map", uid, "user"), identity_map("/proc/self/gid_map", gid, "group"),
          true};
}

bool write_id_map(const IdMap& map, const char* process) {
  if (!map.written_by_parent && !write_file(process, "/setgroups", "deny", 4)) return false;
  return write_file(process, "/uid_map", map.users.data(), map.users.size()) &&
         write_file(process, "/gid_map", map.groups.data(), map.groups.size());
}

}  // namespace compose
