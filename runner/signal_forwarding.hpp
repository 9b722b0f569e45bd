// While it lives, SIGINT, SIGTERM, SIGHUP and SIGQUIT to the caller are not acted on but can be
// read from a descriptor, to be passed on. Signals that the caller ignores stay ignored. One
// at a time in a process: a second one, in another thread, forwards nothing.
#pragma once

#include <csignal>

#include <array>
#include <optional>

#include "signer/unique_fd.hpp"

namespace compose {

class SignalForwarding {
 public:
  SignalForwarding();
  ~SignalForwarding();
  SignalForwarding(const SignalForwarding&) = delete;
  SignalForwarding& operator=(const SignalForwarding&) = delete;

  [[nodiscard]] int descriptor() const { return read_end_.get(); }  // -1: none
  [[nodiscard]] std::optional<unsigned char> next() const;

 private:
  static constexpr std::array<int, 4> forwarded{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

  UniqueFd read_end_;
  UniqueFd write_end_;
  std::array<struct sigaction, forwarded.size()> before_{};
};

}  // namespace compose
