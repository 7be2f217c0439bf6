#pragma once

#include "nubox/par/comm.hpp"
#include "nubox/par/signals.hpp"

#include <filesystem>
#include <functional>

namespace nubox::par {

/// When a long run saves itself and when it stops: one decision per step that all ranks take
/// together, from signals on any rank (SIGUSR1, SIGTERM) and from rank 0's clock and stop file.
class StepControl {
 public:
  struct Options {
    double checkpoint_minutes = 0;      ///< between checkpoints; 0: only when stopping
    double wall_clock_minutes = 0;      ///< stop with a checkpoint before this; 0: no limit
    std::filesystem::path stop_file{};  ///< its appearance stops the run; empty: none
    /// Seconds since the run began; tests bring their own.
    std::function<double()> clock{};
  };
  enum class Action { go_on, save, stop };

  StepControl(const Comm& comm, Options options);

  /// What to do after a step. A stop for the wall clock leaves room for a step and for two
  /// checkpoints as long as the longest so far; the stop file that was followed is removed.
  /// Collective.
  [[nodiscard]] Action after_step();
  /// Tells that the checkpoint asked for is durable. Rank-local.
  void saved();

 private:
  [[nodiscard]] Action own_wish();

  const Comm& comm_;
  Options options_;
  StopSignals signals_;
  double last_step_end_s_ = 0, last_save_s_ = 0;
  double longest_step_s_ = 0, longest_save_s_ = 0;
};

}  // namespace nubox::par
