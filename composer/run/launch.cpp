#include "composer/run/launch.hpp"

#include <algorithm>

#include "composer/run/image_user.hpp"
#include "signer/error.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

namespace fs = std::filesystem;

bool is_clean_absolute(std::string_view path) {
  return path.starts_with('/') && path.find('\0') == std::string_view::npos &&
         fs::path(path).lexically_normal().native() == path;
}

std::vector<std::string> command_line(const ImageConfig& config, const LaunchWishes& wishes) {
  if (!wishes.argv.empty()) return wishes.argv;
  std::vector<std::string> argv = config.run.entrypoint;
  argv.insert(argv.end(), config.run.cmd.begin(), config.run.cmd.end());
  if (argv.empty()) {
    throw Error(ErrorKind::usage, "the image names no entrypoint and no cmd",
                "give a command: compose run LAYOUT -- /bin/sh");
  }
  return argv;
}

std::string_view name_of(std::string_view variable) { return variable.substr(0, variable.find('=')); }

void set_variable(std::vector<std::string>& env, const std::string& variable) {
  if (name_of(variable).empty() || variable.find('=') == std::string::npos) {
    throw usage_error("environment '{}': expected NAME=VALUE", printable(variable));
  }
  std::erase_if(env, [&](const auto& other) { return name_of(other) == name_of(variable); });
  env.push_back(variable);
}

void default_variable(std::vector<std::string>& env, const std::string& variable) {
  const bool there =
      std::ranges::any_of(env, [&](const auto& other) { return name_of(other) == name_of(variable); });
  if (!there) env.push_back(variable);
}

std::vector<RunMount> plan_mounts(const std::vector<Mount>& declared, const LaunchWishes& wishes,
                                  std::vector<std::string>& notices) {
  std::vector<RunMount> planned;
  for (const auto& mount : declared) {
    const bool supplied =
        std::ranges::any_of(wishes.mounts, [&](const auto& wish) { return wish.target == mount.path; });
    if (supplied) continue;
    if (mount.kind == MountKind::config) {
      notices.push_back(fmt::format("config mount '{}' is not supplied: an empty read-only folder is there",
                                    printable(mount.path)));
      planned.push_back(
          {.kind = RunMount::Kind::empty_read_only, .source = {}, .target = mount.path, .read_only = true});
    } else {
      planned.push_back(
          {.kind = RunMount::Kind::tmpfs, .source = {}, .target = mount.path, .read_only = false});
    }
  }
  for (const auto& wish : wishes.mounts) {
    const bool is_config = std::ranges::any_of(declared, [&](const auto& mount) {
      return mount.path == wish.target && mount.kind == MountKind::config;
    });
    planned.push_back({.kind = RunMount::Kind::bind,
                       .source = wish.source,
                       .target = wish.target,
                       .read_only = wish.read_only || is_config});
  }
  // Outer mounts first, so that an inner one is not hidden.
  std::ranges::stable_sort(planned, {}, [](const RunMount& mount) { return mount.target.size(); });
  return planned;
}

}  // namespace

SuppliedMount SuppliedMount::parse(const std::string& text) {
  std::string rest = text;
  SuppliedMount mount;
  if (rest.ends_with(":ro") || rest.ends_with(":rw")) {
    mount.read_only = rest.ends_with(":ro");
    rest.resize(rest.size() - 3);
  }
  const auto colon = rest.rfind(':');
  if (colon == std::string::npos || colon == 0 || !is_clean_absolute(rest.substr(colon + 1)) ||
      rest.substr(colon + 1) == "/") {
    throw Error(ErrorKind::usage, fmt::format("mount '{}': expected SRC:DST[:ro]", printable(text)),
                "DST is an absolute path in the image, without '..'");
  }
  mount.source = fs::absolute(rest.substr(0, colon));
  mount.target = rest.substr(colon + 1);
  if (!fs::exists(mount.source)) {
    throw usage_error("mount '{}': {}: No such file or directory", printable(text), mount.source.string());
  }
  return mount;
}

Launch plan_launch(const ImageConfig& config, const std::vector<Mount>& mounts, std::vector<fs::path> lower,
                   const LaunchWishes& wishes) {
  Launch launch;
  RunPlan& plan = launch.plan;
  plan.argv = command_line(config, wishes);
  const ImageUser user =
      resolve_user(wishes.user.value_or(config.run.user), read_image_file(lower, "etc/passwd"),
                   read_image_file(lower, "etc/group"));
  plan.uid = user.uid;
  plan.gid = user.gid;
  plan.groups.assign(user.groups.begin(), user.groups.end());
  plan.env = config.env_list;
  for (const auto& variable : wishes.env) set_variable(plan.env, variable);
  default_variable(plan.env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
  default_variable(plan.env, "HOME=" + user.home);
  plan.workdir = config.run.workdir.empty() ? "/" : config.run.workdir;
  plan.mounts = plan_mounts(mounts, wishes, launch.notices);
  plan.lower = std::move(lower);
  return launch;
}

}  // namespace compose
