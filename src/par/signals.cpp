#include "nubox/par/signals.hpp"

#include <csignal>

namespace nubox::par {
namespace {

volatile std::sig_atomic_t stop_requested = 0;

void request_stop(int) { stop_requested = 1; }

}  // namespace

StopSignals::StopSignals() {
  std::signal(SIGUSR1, request_stop);
  std::signal(SIGTERM, request_stop);
}

StopSignals::~StopSignals() {
  std::signal(SIGUSR1, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  stop_requested = 0;
}

bool StopSignals::raised() const noexcept { return stop_requested != 0; }

}  // namespace nubox::par
