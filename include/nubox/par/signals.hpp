#pragma once

namespace nubox::par {

/// SIGUSR1 and SIGTERM only set a flag. Loops read it once per step, and all ranks decide together.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  /// Rank-local.
  [[nodiscard]] bool raised() const noexcept;
};

}  // namespace nubox::par
