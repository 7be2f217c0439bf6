#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace nubox::par {

/// Ends the job with exit code 6 and a message when no beat came for `limit`: a hang without a word
/// is worse than a failure. A limit of zero switches it off. Rank-local; one thread.
class Watchdog {
 public:
  explicit Watchdog(std::chrono::seconds limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  void beat();

 private:
  void watch();
  std::chrono::seconds limit_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::chrono::steady_clock::time_point last_beat_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace nubox::par
