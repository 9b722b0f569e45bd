#include "composer/cli/interrupt.hpp"

#include "signer/temporary_folder.hpp"

namespace compose {

namespace {

constexpr int end_of_watch = SIGUSR1;

void die_by(int signal) {
  remove_temporary_folders();
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  raise(signal);
}

}  // namespace

InterruptWatch::InterruptWatch() {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, end_of_watch}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  thread_ = std::thread([signals] {
    int signal = 0;
    while (sigwait(&signals, &signal) == 0 && signal != end_of_watch) die_by(signal);
  });
}

InterruptWatch::~InterruptWatch() {
  pthread_kill(thread_.native_handle(), end_of_watch);
  thread_.join();
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace compose
