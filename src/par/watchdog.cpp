#include "nubox/par/watchdog.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <mpi.h>

namespace nubox::par {

Watchdog::Watchdog(std::chrono::seconds limit)
    : limit_(limit), last_beat_(std::chrono::steady_clock::now()) {
  if (limit_.count() > 0) thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Watchdog::beat() {
  const std::lock_guard lock(mutex_);
  last_beat_ = std::chrono::steady_clock::now();
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_until(lock, last_beat_ + limit_, [this] { return stop_; })) {
    if (std::chrono::steady_clock::now() < last_beat_ + limit_) continue;
    const std::string text =
        fmt::format("nubox: error\n  code 6\n  phase {}\n  watchdog: no progress for {} s\n",
                    log::phase(), limit_.count());
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::communication));
  }
}

}  // namespace nubox::par
