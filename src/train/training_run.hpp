#pragma once

#include "nubox/core/memory.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/emulator.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/train/crop_server.hpp"
#include "nubox/train/sampler.hpp"

#include "train/crop_loss.hpp"
#include "train/data.hpp"
#include "train/metrics_log.hpp"
#include "train/reducer.hpp"
#include "train/training_state.hpp"
#include "train/validator.hpp"

#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace nubox::train {

/// One training, from its checkpoint to the model file. All methods are collective. Decisions
/// (stop, checkpoint, failure) follow from one reduction per step, so that all ranks take them
/// together.
class TrainingRun {
 public:
  TrainingRun(const par::Comm& comm, const TrainOptions& options, net::ModelCard card, Data data,
              const CropLoss& loss, par::StepControl* control);
  [[nodiscard]] TrainReport run();

 private:
  /// Result of one step, equal on all ranks.
  struct Outcome {
    Losses loss;
    double gradient_norm = 0;
    std::size_t samples = 0;
    par::StepControl::Action action = par::StepControl::Action::go_on;
  };
  Outcome train_step();
  [[nodiscard]] PendingCrops fetch(std::uint64_t epoch, std::uint64_t samples);
  /// The crops of the next step; none after the last step.
  [[nodiscard]] std::optional<PendingCrops> fetch_after(const std::vector<Sample>& batch);
  [[nodiscard]] std::vector<Sample> share_of(const std::vector<Sample>& batch) const;
  /// Forward and backward passes of this rank. Adds the losses of its crops; returns the names of
  /// crops whose loss is not finite.
  std::vector<std::string> compute_gradients(const std::vector<Sample>& batch, const Crops& crops,
                                             Losses& loss, StepSeconds& seconds);
  Outcome reduce_outcome(const Losses& loss, double norm,
                         const std::vector<std::string>& bad_samples, std::size_t batch_size);
  void finish_epoch();
  /// Validation of the weights that would be written now.
  [[nodiscard]] ValidationResult validate_kept();
  void restore();
  void save_checkpoint();
  [[nodiscard]] std::uint64_t total_steps() const;
  [[nodiscard]] TrainReport write_model();

  memory::HeapRetention across_steps_;
  par::Comm comm_;
  TrainOptions options_;
  net::ModelCard card_;
  net::Precision precision_;
  net::Emulator emulator_;
  std::vector<net::Conditioning> training_conditioning_;
  std::vector<std::string> training_names_;
  CropServer training_;
  Sampler sampler_;
  CropLoss loss_;
  Validator validator_;
  RunState state_;
  Position& position_ = state_.position();
  std::unique_ptr<ReduceBackend> backend_;
  Reducer reducer_;
  Checkpoints checkpoints_;
  std::optional<PendingCrops> pending_crops_;  ///< for the next step
  bool resumed_ = false;
  bool synchronised_norm_ = options_.batch_norm == NormStatistics::synchronised;
  std::optional<Progress> eta_;
  std::optional<MetricsLog> metrics_;
  par::StepControl* control_;
  Stopwatch run_watch_;
  double seconds_before_ = 0;
  std::size_t steps_done_ = 0;  ///< in this run, with a full batch
  StepSeconds fastest_step_{.forward = std::numeric_limits<double>::infinity()};
  /// Forward and backward: the gradients of weights and of inputs cost as much as the forward pass
  /// each.
  double gigaflop_per_crop_ =
      6e-9 * net::multiply_adds(card_.architecture, {options_.tile, options_.tile, options_.tile});
};

}  // namespace nubox::train
