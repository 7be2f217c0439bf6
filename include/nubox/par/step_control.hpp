#pragma once

#include "nubox/par/comm.hpp"
#include "nubox/par/signals.hpp"

#include <filesystem>
#include <functional>

namespace nubox::par {

/// Decides when a long run writes a checkpoint and when it stops: one decision of all ranks per
/// step, from signals on any rank (SIGUSR1, SIGTERM) and from the clock and the stop file of rank
/// 0.
class StepControl {
 public:
  struct Options {
    double checkpoint_minutes = 0;      ///< between checkpoints; 0: only at a stop
    double wall_clock_minutes = 0;      ///< stop with a checkpoint before this; 0: no limit
    std::filesystem::path stop_file{};  ///< its appearance stops the run; empty: none
    /// Seconds since the start of the run; replaced in tests.
    std::function<double()> clock{};
  };
  enum class Action { go_on = 0, save = 1, stop = 2 };

  StepControl(const Comm& comm, Options options);

  [[nodiscard]] bool has_time_limit() const { return options_.wall_clock_minutes > 0; }
  /// Starts the first step now, so that reading of inputs is not counted as a step. Rank-local.
  void begin_steps();
  /// What to do after a step. A stop for the wall-clock limit leaves time for one step and two
  /// checkpoints, as long as the longest so far. The stop file is removed when it takes effect.
  /// Collective.
  [[nodiscard]] Action after_step();
  /// The same in two parts, for steps that end with a reduction of their own: the vote of this rank
  /// (rank-local), and the action for the sum of the votes of all ranks.
  [[nodiscard]] double vote();
  [[nodiscard]] static Action action_of(double sum_of_votes);
  /// Writes a checkpoint by calling `work`, and measures its time. Rank-local.
  void save(const std::function<void()>& work);

 private:
  /// Ends a step and records its time.
  void end_step(double now_s);
  [[nodiscard]] Action own_vote();

  Comm comm_;
  Options options_;
  StopSignals signals_;
  double last_step_end_s_ = 0, last_save_s_ = 0;
  double longest_step_s_ = 0, longest_save_s_ = 0;
};

}  // namespace nubox::par
