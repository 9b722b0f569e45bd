#include "runner/sandbox.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <new>
#include <optional>

#include "runner/advice.hpp"
#include "runner/device_folder.hpp"
#include "runner/prepared_run.hpp"
#include "runner/setup_fault.hpp"
#include "runner/signal_forwarding.hpp"
#include "runner/spawn.hpp"
#include "runner/supervision.hpp"
#include "signer/printable.hpp"
#include "signer/unique_fd.hpp"

namespace compose {

namespace {

UniqueFd open_null(int flags) {
  UniqueFd null(::open("/dev/null", flags | O_CLOEXEC));
  if (!null) throw SetupFault{"open /dev/null", errno, {}};
  return null;
}

// A caller without standard streams: none of our descriptors may take their numbers, or the
// program would get it.
std::array<UniqueFd, 3> fill_standard_streams() {
  std::array<UniqueFd, 3> fillers;
  for (int stream = 0; stream < 3; ++stream) {
    if (::fcntl(stream, F_GETFD) < 0 && errno == EBADF) {
      fillers[static_cast<std::size_t>(stream)] = open_null(O_RDWR);
    }
  }
  return fillers;
}

// A program that opens /dev/stdout again needs the pipe to be its own.
UniqueFd make_pipe(const PreparedRun& run, UniqueFd& read_end) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw SetupFault{"make a pipe", errno, {}};
  read_end.reset(ends[0]);
  UniqueFd write_end(ends[1]);
  const bool owned = !run.ids.written_by_parent || ::fchown(write_end.get(), run.uid, run.gid) == 0;
  if (!owned || ::fcntl(read_end.get(), F_SETFL, O_NONBLOCK) != 0) throw SetupFault{"make a pipe", errno, {}};
  return write_end;
}

// The child's ends of the streams, which the parent closes as soon as the child has them.
struct ProgramStreams {
  UniqueFd in;
  UniqueFd out;
  UniqueFd err;
};

ProgramStreams connect_streams(PreparedRun& run, OutputMode mode, OutputPipes& pipes) {
  ProgramStreams streams;
  if (mode == OutputMode::inherit) {
    run.stdio = {0, 1, 2};
    return streams;
  }
  streams.in = open_null(O_RDONLY);
  streams.out = make_pipe(run, pipes.out);
  streams.err = make_pipe(run, pipes.err);
  run.stdio = {streams.in.get(), streams.out.get(), streams.err.get()};
  return streams;
}

// What the step was about, for the steps that have many.
std::string subject_of(const ChildReport& report, const PreparedRun& run) {
  const std::size_t index = report.index;
  switch (report.step) {
    case SetupStep::bind_source:
      return index < run.mounts.size() ? run.mounts[index].source : std::string();
    case SetupStep::mount_target:
    case SetupStep::attach_mount:
      return index < run.mounts.size() ? "/" + run.mounts[index].target : std::string();
    case SetupStep::open_layer:
      return index < run.layers.size() ? run.layers[index] : std::string();
    case SetupStep::device_source:
      return index < device_sources.size() ? fmt::format("/dev/{}", device_sources[index].name)
                                           : std::string();
    case SetupStep::workdir:
      return "/" + run.workdir;
    default:
      return {};
  }
}

void set_fault(RunResult& result, const ChildReport& report, const PreparedRun& run) {
  const std::string subject = subject_of(report, run);
  result.status = RunResult::Status::setup_failed;
  result.code = report.value;
  result.step = std::string(name_of(report.step)) + (subject.empty() ? "" : " " + printable(subject));
  result.advice = advice_for(report.step, report.value);
}

void set_end_of_program(RunResult& result, int wait_status) {
  const bool exited = WIFEXITED(wait_status);
  result.status = exited ? RunResult::Status::exited : RunResult::Status::signaled;
  result.code = exited ? WEXITSTATUS(wait_status) : WTERMSIG(wait_status);
}

void set_killed(RunResult& result, std::string advice) {
  result.status = RunResult::Status::signaled;
  result.code = SIGKILL;
  result.advice = std::move(advice);
}

void set_status(RunResult& result, const std::optional<ChildReport>& last, const RunPlan& plan,
                const PreparedRun& run) {
  if (!last) {
    result.step = "set up";
    result.code = ESRCH;
    result.advice = "the sandbox was killed from outside";
    return;
  }
  switch (last->kind) {
    case ChildReport::Kind::setup_failed:
      return set_fault(result, *last, run);
    case ChildReport::Kind::exec_failed:
      result.status =
          last->value == ENOENT ? RunResult::Status::not_found : RunResult::Status::not_executable;
      result.code = last->value;
      return;
    case ChildReport::Kind::started:
      return set_killed(result, "the sandbox was killed from outside, perhaps for want of memory");
    case ChildReport::Kind::ended:
      return set_end_of_program(result, last->value);
    case ChildReport::Kind::flooded:
      return set_killed(result, fmt::format("it had more than {} processes", plan.limits.processes));
  }
}

void run_prepared(const RunPlan& plan, RunResult& result) {
  const std::array<UniqueFd, 3> fillers = fill_standard_streams();
  PreparedRun run(plan);
  result.step = printable(plan.argv.front());
  OutputPipes pipes;
  std::optional<SignalForwarding> signals;
  if (plan.output == OutputMode::inherit) signals.emplace();
  SandboxChild child = [&] {
    const ProgramStreams streams = connect_streams(run, plan.output, pipes);
    return spawn(run);
  }();
  const Ending ending = supervise(child, std::move(pipes), signals ? &*signals : nullptr, plan);
  result.out = ending.out.text();
  result.err = ending.err.text();
  result.out_dropped = ending.out.dropped();
  result.err_dropped = ending.err.dropped();
  if (ending.timed_out) {
    result.status = RunResult::Status::timed_out;
  } else {
    set_status(result, ending.last, plan, run);
  }
}

void set_fault(RunResult& result, std::string step, int error, std::string advice) {
  result.status = RunResult::Status::setup_failed;
  result.step = std::move(step);
  result.code = error;
  result.advice = std::move(advice);
}

}  // namespace

RunResult run_in_sandbox(const RunPlan& plan) {
  const auto start = std::chrono::steady_clock::now();
  RunResult result;
  result.allowed = plan.timeout;
  try {
    run_prepared(plan, result);
  } catch (const SetupFault& fault) {
    set_fault(result, fault.step, fault.error, fault.advice);
  } catch (const std::bad_alloc&) {
    set_fault(result, "prepare the run", ENOMEM, {});
  } catch (const std::exception& error) {
    set_fault(result, "prepare the run", EINVAL, printable(error.what()));
  }
  const auto took = std::chrono::steady_clock::now() - start;
  result.took = std::chrono::duration_cast<std::chrono::milliseconds>(took);
  return result;
}

}  // namespace compose
