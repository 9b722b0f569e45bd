#include "runner/mount_calls.hpp"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

namespace compose {

namespace {

int close_keeping_errno(int descriptor) {
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return -1;
}

bool configure(int context, std::initializer_list<MountOption> options) {
  for (const MountOption& option : options) {
    const auto command = option.value == nullptr ? FSCONFIG_SET_FLAG : FSCONFIG_SET_STRING;
    if (::fsconfig(context, command, option.key, option.value, 0) != 0) return false;
  }
  return ::fsconfig(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) == 0;
}

}  // namespace

int new_mount(const char* type, std::initializer_list<MountOption> options, unsigned attributes) {
  const int context = ::fsopen(type, FSOPEN_CLOEXEC);
  if (context < 0) return -1;
  if (!configure(context, options)) return close_keeping_errno(context);
  const int mount = ::fsmount(context, FSMOUNT_CLOEXEC, attributes);
  close_keeping_errno(context);
  return mount;
}

int copy_mount(int folder, const char* path, unsigned attributes) {
  // Without AT_RECURSIVE the kernel refuses trees with mounts below that came from a more
  // privileged namespace: leaving one out could uncover what it hides.
  const int tree = ::open_tree(folder, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
  if (tree < 0) return -1;
  struct mount_attr restriction {};
  restriction.attr_set = attributes;
  if (::mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &restriction, sizeof(restriction)) != 0) {
    return close_keeping_errno(tree);
  }
  return tree;
}

bool attach_mount(int mount, int target) {
  return ::move_mount(mount, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) == 0;
}

}  // namespace compose
