#include "runner/prepared_run.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <set>
#include <string_view>
#include <utility>

#include "runner/limits.hpp"
#include "runner/program_search.hpp"
#include "runner/setup_fault.hpp"
#include "signer/printable.hpp"

namespace compose {

namespace {

// The layers stand in one page of mount options as "/proc/self/fd/N:"; an image has 127 at most.
constexpr std::size_t most_layers = 200;

void refuse_if(bool bad, std::string_view what, std::string_view text, int error, std::string_view advice) {
  if (bad) throw SetupFault{fmt::format("{} '{}'", what, printable(text)), error, std::string(advice)};
}

void refuse_nul(std::string_view what, std::string_view text) {
  refuse_if(text.find('\0') != std::string_view::npos, what, text, EINVAL, "it has a NUL inside");
}

// "/srv//app/./x" → "srv/app/x". No "..": what it means would depend on links in the image.
std::string below_root(std::string_view what, const std::string& path) {
  refuse_nul(what, path);
  refuse_if(!path.starts_with('/'), what, path, EINVAL, "it must begin with /");
  refuse_if(path.size() >= PATH_MAX, what, path.substr(0, 64), ENAMETOOLONG, "it is too long");
  std::string clean;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(std::min(slash + 1, rest.size()));
    refuse_if(part == "..", what, path, EINVAL, "it must not have '..'");
    if (part.empty() || part == ".") continue;
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  return clean;
}

bool is_or_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

PreparedMount prepare_mount(const RunMount& mount) {
  PreparedMount prepared{mount.kind, mount.source.string(), below_root("mount", mount.target),
                         mount.read_only, -1};
  const bool reserved = prepared.target.empty() || is_or_below(prepared.target, "proc") ||
                        is_or_below(prepared.target, "dev") || is_or_below(prepared.target, "sys");
  refuse_if(reserved, "mount", mount.target, EINVAL, "/, /proc, /dev and /sys are the sandbox's own");
  if (mount.kind == RunMount::Kind::bind) {
    refuse_nul("mount source", prepared.source);
    refuse_if(prepared.source.empty(), "mount source", prepared.source, ENOENT,
              "a bind mount needs a source");
  }
  return prepared;
}

// Overlayfs takes no folder twice. The topmost place decides: what a lower copy of the same
// layer holds is all hidden by the upper one.
std::vector<std::string> top_first(const std::vector<std::filesystem::path>& lower) {
  refuse_if(lower.empty(), "layers", "", EINVAL, "there is none");
  std::vector<std::string> layers;
  std::set<std::pair<dev_t, ino_t>> seen;
  for (auto layer = lower.rbegin(); layer != lower.rend(); ++layer) {
    struct stat status {};
    const int error = ::stat(layer->c_str(), &status) != 0 ? errno : S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    refuse_if(error != 0, "open layer", layer->string(), error, {});
    if (seen.emplace(status.st_dev, status.st_ino).second) layers.push_back(layer->string());
  }
  refuse_if(layers.size() > most_layers, "layers", std::to_string(layers.size()), E2BIG,
            "an image has 127 at most");
  return layers;
}

std::vector<std::string> checked_environment(const std::vector<std::string>& env) {
  for (const std::string& entry : env) {
    refuse_nul("environment", entry);
    const std::size_t equals = entry.find('=');
    refuse_if(equals == 0 || equals == std::string::npos, "environment", entry, EINVAL,
              "it must be NAME=VALUE");
  }
  return env;
}

std::vector<std::string> checked_arguments(const std::vector<std::string>& argv) {
  refuse_if(argv.empty() || argv[0].empty(), "arguments", "", EINVAL, "there is no program to run");
  for (const std::string& argument : argv) refuse_nul("argument", argument);
  return argv;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

PreparedRun::PreparedRun(const RunPlan& plan)
    : ids(make_id_map(plan.uid, plan.gid)),
      layers(top_first(plan.lower)),
      workdir(below_root("working directory", plan.workdir.empty() ? "/" : plan.workdir)),
      hostname(plan.hostname),
      uid(plan.uid),
      gid(plan.gid),
      groups(plan.groups),
      arguments_(checked_arguments(plan.argv)),
      environment_(checked_environment(plan.env)) {
  refuse_if(hostname.size() > 64, "host name", hostname, ENAMETOOLONG, "64 bytes at most");
  for (const RunMount& mount : plan.mounts) mounts.push_back(prepare_mount(mount));
  scratch_size = std::to_string(std::max<std::uint64_t>(plan.limits.tmpfs_bytes, 1u << 20));
  scratch_inodes = std::to_string(scratch_inodes_for(plan.limits));
  open_files = lowered_limit(RLIMIT_NOFILE, plan.limits.open_files);
  processes = lowered_limit(RLIMIT_NPROC, process_limit(plan.limits, ids));
  most_processes = watched_processes(plan.limits, ids, uid);
  programs = program_candidates(arguments_[0], environment_);
  argv = pointers_to(arguments_);
  envp = pointers_to(environment_);
}

}  // namespace compose
