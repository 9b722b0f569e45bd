// compose run LAYOUT: launch an image once, in namespaces of its own.

#include <fmt/format.h>

#include <cmath>
#include <ctime>
#include <memory>

#include "composer/cli/command.hpp"
#include "composer/cli/command_line.hpp"
#include "composer/cli/interrupt.hpp"
#include "composer/progress.hpp"
#include "composer/run/launch.hpp"
#include "composer/run/prepare_image.hpp"
#include "signer/error.hpp"

namespace compose {

namespace {

struct Options {
  std::string image;
  std::string policy;
  std::vector<std::string> env;
  std::vector<std::string> mounts;
  std::string user;
  double timeout = 0;  // seconds
  std::vector<std::string> argv;
};

LaunchWishes wishes_of(const Options& options) {
  LaunchWishes wishes;
  wishes.argv = options.argv;
  wishes.env = options.env;
  for (const auto& mount : options.mounts) wishes.mounts.push_back(SuppliedMount::parse(mount));
  if (!options.user.empty()) wishes.user = options.user;
  return wishes;
}

Launch prepare(const Options& options, Progress& progress) {
  const InterruptWatch watch;
  const LaunchWishes wishes = wishes_of(options);
  const PreparedImage image = prepare_image(options.image, options.policy, progress);
  Launch launch = plan_launch(image.config, image.tests.mounts, image.lower, wishes);
  for (const auto& notice : launch.notices) progress.notice(notice);
  launch.plan.output = OutputMode::inherit;
  launch.plan.timeout = std::chrono::milliseconds(std::llround(options.timeout * 1000));
  return launch;
}

int run(const Options& options) {
  Progress progress(Progress::Style::plain);
  const Launch launch = prepare(options, progress);
  const RunResult result = run_in_sandbox(launch.plan);
  if (result.status != RunResult::Status::exited && result.status != RunResult::Status::signaled) {
    fmt::print(stderr, "compose: error: {}\n", result.describe());
    if (!result.advice.empty()) fmt::print(stderr, "compose: hint: {}\n", result.advice);
  }
  return result.exit_code();
}

}  // namespace

void add_run(CommandLine& program) {
  auto options = std::make_shared<Options>();
  program.command("run", "launch an image once, isolated, without a daemon or root")
      .position("image", options->image, "LAYOUT[:TAG|@DIGEST]")
      .rest("argv", options->argv, "after --: the command (default: entrypoint and cmd)")
      .option("--policy", options->policy, "verify the custody first", "FILE")
      .option("--env", options->env, "NAME=VALUE; may be repeated", "K=V")
      .option("--mount", options->mounts, "SRC:DST[:ro]; may be repeated", "MOUNT")
      .option("--user", options->user, "name or uid[:gid] (default: the image's)", "U")
      .number("--timeout", options->timeout, 0.001, 1e6, "seconds until TERM, then KILL", "S")
      .footer(
          "Example:\n  compose run out:1.0 --mount ./conf:/etc/shop:ro -- /srv/app/bin/start --version\n\n"
          "Exit status: the program's own n; 126 it cannot be executed, 127 it is not there, 128+n killed "
          "by\n"
          "signal n, 124 timeout, 125 the sandbox could not be set up; 1, 2, 3 before the program is "
          "started\n"
          "mean what they mean for every command.")
      .run([options] { return run(*options); });
}

}  // namespace compose
