#include "runner/supervision.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <limits>
#include <utility>
#include <vector>

#include "runner/signal_forwarding.hpp"

namespace compose {

namespace {

using Clock = std::chrono::steady_clock;

class Supervision {
 public:
  Supervision(SandboxChild& child, OutputPipes pipes, const SignalForwarding* signals, const RunPlan& plan)
      : child_(child),
        pipes_(std::move(pipes)),
        signals_(signals),
        grace_(std::clamp<std::chrono::milliseconds>(plan.grace, std::chrono::milliseconds(0),
                                                     std::chrono::hours(1))),
        ending_{std::nullopt, false, CapturedOutput(plan.most_output), CapturedOutput(plan.most_output)},
        buffer_(piece_size) {
    constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365);
    if (plan.timeout.count() > 0) deadline_ = Clock::now() + std::min(plan.timeout, longest);
  }

  Ending run() {
    while (!wait_once()) {
    }
    take_reports();
    drain(pipes_.out, ending_.out);
    drain(pipes_.err, ending_.err);
    child_.reap();
    return std::move(ending_);
  }

 private:
  static constexpr std::size_t piece_size = 64u << 10;
  // More than a pipe holds by default and at most; the end of the pipe is not waited for.
  static constexpr std::size_t most_left_in_pipe = 1u << 20;

  // True when the sandbox has ended.
  bool wait_once() {
    std::array<pollfd, 5> watched{{{child_.process(), POLLIN, 0},
                                   {control_open_ ? child_.control() : -1, POLLIN, 0},
                                   {pipes_.out.get(), POLLIN, 0},
                                   {pipes_.err.get(), POLLIN, 0},
                                   {signals_ == nullptr ? -1 : signals_->descriptor(), POLLIN, 0}}};
    if (::poll(watched.data(), watched.size(), milliseconds_left()) > 0) {
      if (watched[1].revents != 0) take_reports();
      if (watched[2].revents != 0) take_output(pipes_.out, ending_.out);
      if (watched[3].revents != 0) take_output(pipes_.err, ending_.err);
      if (watched[4].revents != 0) forward_signals();
      if (watched[0].revents != 0) return true;
    }
    keep_deadline();
    return false;
  }

  int milliseconds_left() const {
    if (!deadline_) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - Clock::now()).count();
    return static_cast<int>(std::clamp<long>(left, 0, std::numeric_limits<int>::max()));
  }

  // First TERM to the program, then KILL to init, with which the kernel ends all the rest.
  void keep_deadline() {
    if (!deadline_ || Clock::now() < *deadline_) return;
    if (!ending_.timed_out) {
      ending_.timed_out = true;
      send_command(child_.control(), SIGTERM);
      deadline_ = Clock::now() + grace_;
    } else {
      child_.kill();
      deadline_.reset();
    }
  }

  void take_reports() {
    bool closed = false;
    while (const auto report = next_report(child_.control(), closed)) ending_.last = report;
    if (closed) control_open_ = false;
  }

  void forward_signals() {
    while (const auto signal = signals_->next()) send_command(child_.control(), *signal);
  }

  // The bytes taken; 0 when there is nothing now or nothing ever again.
  std::size_t take_output(UniqueFd& pipe, CapturedOutput& output) {
    if (!pipe) return 0;
    const ssize_t got = ::read(pipe.get(), buffer_.data(), buffer_.size());
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
    if (got <= 0) {
      pipe.reset();
      return 0;
    }
    output.add({buffer_.data(), static_cast<std::size_t>(got)});
    return static_cast<std::size_t>(got);
  }

  void drain(UniqueFd& pipe, CapturedOutput& output) {
    std::size_t taken = 0;
    for (std::size_t got = 1; got != 0 && taken < most_left_in_pipe; taken += got)
      got = take_output(pipe, output);
  }

  SandboxChild& child_;
  OutputPipes pipes_;
  const SignalForwarding* signals_;
  std::chrono::milliseconds grace_;
  std::optional<Clock::time_point> deadline_;
  bool control_open_ = true;
  Ending ending_;
  std::vector<char> buffer_;
};

}  // namespace

Ending supervise(SandboxChild& child, OutputPipes pipes, const SignalForwarding* signals,
                 const RunPlan& plan) {
  return Supervision(child, std::move(pipes), signals, plan).run();
}

}  // namespace compose
