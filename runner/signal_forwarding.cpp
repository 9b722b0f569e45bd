#include "runner/signal_forwarding.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace compose {

namespace {

// Where the handler writes; -1 when nobody forwards. Lock-free, so the handler may read it.
std::atomic<int> forwarding_to{-1};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void forward(int signal) {
  const int error = errno;
  const auto number = static_cast<unsigned char>(signal);
  // A full pipe holds enough signals.
  [[maybe_unused]] const ssize_t written = ::write(forwarding_to.load(), &number, sizeof(number));
  errno = error;
}

}  // namespace

SignalForwarding::SignalForwarding() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return;
  UniqueFd read_end(ends[0]);
  UniqueFd write_end(ends[1]);
  int nobody = -1;
  if (!forwarding_to.compare_exchange_strong(nobody, write_end.get())) return;
  read_end_ = std::move(read_end);
  write_end_ = std::move(write_end);
  for (std::size_t i = 0; i < forwarded.size(); ++i) {
    ::sigaction(forwarded[i], nullptr, &before_[i]);
    if (before_[i].sa_handler == SIG_IGN) continue;
    struct sigaction ours {};
    ours.sa_handler = forward;
    ours.sa_flags = SA_RESTART;
    ::sigaction(forwarded[i], &ours, nullptr);
  }
}

SignalForwarding::~SignalForwarding() {
  if (!write_end_) return;
  for (std::size_t i = 0; i < forwarded.size(); ++i) ::sigaction(forwarded[i], &before_[i], nullptr);
  forwarding_to.store(-1);
}

std::optional<unsigned char> SignalForwarding::next() const {
  unsigned char signal = 0;
  if (!read_end_ || ::read(read_end_.get(), &signal, sizeof(signal)) != 1) return std::nullopt;
  return signal;
}

}  // namespace compose
