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
  enum class Action { go_on = 0, save = 1, stop = 2 };

  StepControl(const Comm& comm, Options options);

  [[nodiscard]] bool has_time_limit() const { return options_.wall_clock_minutes > 0; }
  /// The first step begins now: reading of inputs is not counted as one. Rank-local.
  void begin_steps();
  /// What to do after a step. A stop for the wall clock leaves room for a step and for two
  /// checkpoints as long as the longest so far; the stop file that was followed is removed.
  /// Collective.
  [[nodiscard]] Action after_step();
  /// The same in two halves, for steps that end with a reduction of their own: this rank's wish
  /// (rank-local), and what the sum of all ranks' wishes means.
  [[nodiscard]] double wish();
  [[nodiscard]] static Action decided(double sum_of_wishes);
  /// Runs the work that makes a checkpoint and learns how long it takes. Rank-local.
  void save(const std::function<void()>& work);

 private:
  /// Tells how long the step was that ends now.
  void end_step(double now_s);
  [[nodiscard]] Action own_wish();

  Comm comm_;
  Options options_;
  StopSignals signals_;
  double last_step_end_s_ = 0, last_save_s_ = 0;
  double longest_step_s_ = 0, longest_save_s_ = 0;
};

}  // namespace nubox::par
