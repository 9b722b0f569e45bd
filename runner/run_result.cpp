#include "runner/run_result.hpp"

#include <fmt/format.h>

#include <cstring>

namespace compose {

namespace {

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", name);
}

std::string error_text(int error) {
  const char* text = ::strerrordesc_np(error);
  return text == nullptr ? fmt::format("error {}", error) : text;
}

std::string seconds(std::chrono::milliseconds time) {
  if (time.count() % 1000 == 0) return fmt::format("{} s", time.count() / 1000);
  if (time.count() > 1000) return fmt::format("{:.1f} s", static_cast<double>(time.count()) / 1000);
  return fmt::format("{} ms", time.count());
}

std::string of_program(const RunResult& result) {
  return result.step.empty() ? std::string() : " '" + result.step + "'";
}

}  // namespace

int RunResult::exit_code() const {
  switch (status) {
    case Status::exited:
      return code;
    case Status::signaled:
      return 128 + code;
    case Status::timed_out:
      return 124;
    case Status::not_executable:
      return 126;
    case Status::not_found:
      return 127;
    case Status::setup_failed:
      return 125;
  }
  return 125;
}

std::string RunResult::describe() const {
  switch (status) {
    case Status::exited:
      return fmt::format("exited with {}", code);
    case Status::signaled:
      return fmt::format("killed by {}", signal_name(code));
    case Status::timed_out:
      return fmt::format("no answer within {}", seconds(allowed.count() > 0 ? allowed : took));
    case Status::not_executable:
      return fmt::format("cannot execute{}: {}", of_program(*this), error_text(code));
    case Status::not_found:
      // The kernel gives one errno for both.
      return fmt::format("program{} not found, or the interpreter that it names", of_program(*this));
    case Status::setup_failed:
      return fmt::format("sandbox: {}: {}", step, error_text(code));
  }
  return "sandbox: unknown state";
}

}  // namespace compose
