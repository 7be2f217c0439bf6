#include "nubox/par/watchdog.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"

#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <mpi.h>

namespace nubox::par {

Watchdog::Watchdog(std::chrono::duration<double> limit) : limit_(limit) {
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

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  for (std::uint64_t last = log::beats();; last = log::beats()) {
    if (wake_.wait_for(lock, limit_, [this] { return stop_; })) return;
    if (log::beats() != last) continue;
    const std::string text = fmt::format(
        "nubox: error\n  code {}\n  phase {}\n  watchdog: no progress for {:g} s; another rank may "
        "hang or be "
        "lost\n",
        static_cast<int>(ExitCode::communication), log::phase(), limit_.count());
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
    MPI_Abort(MPI_COMM_WORLD, static_cast<int>(ExitCode::communication));
  }
}

}  // namespace nubox::par
