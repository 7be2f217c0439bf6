#pragma once

#include <chrono>
#include <map>
#include <string>

namespace nubox {

/// Seconds since construction or the last restart, from a steady clock.
class Stopwatch {
 public:
  Stopwatch() : start_(Clock::now()) {}
  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start_).count();
  }
  /// Returns the elapsed seconds and restarts.
  double restart() {
    const double elapsed = seconds();
    start_ = Clock::now();
    return elapsed;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point start_;
};

/// Seconds spent per named phase of a computation.
class PhaseTimes {
 public:
  void add(const std::string& phase, double seconds) { seconds_[phase] += seconds; }
  [[nodiscard]] const std::map<std::string, double>& seconds() const { return seconds_; }

  /// Adds the lifetime of this object to a phase.
  class Scope {
   public:
    Scope(PhaseTimes& times, std::string phase) : times_(times), phase_(std::move(phase)) {}
    ~Scope() { times_.add(phase_, watch_.seconds()); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    PhaseTimes& times_;
    std::string phase_;
    Stopwatch watch_;
  };
  [[nodiscard]] Scope measure(std::string phase) { return Scope(*this, std::move(phase)); }

 private:
  std::map<std::string, double> seconds_;
};

}  // namespace nubox
