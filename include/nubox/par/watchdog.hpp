#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace nubox::par {

/// Ends the job with exit code 6 and a message when log::beat() was not called for `limit`: a hang
/// without a word is worse than a failure. A limit of zero switches it off. One per process, one
/// thread; rank-local.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::duration<double> limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  void watch();
  std::chrono::duration<double> limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace nubox::par
