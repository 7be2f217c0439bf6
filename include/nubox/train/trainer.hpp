#pragma once

#include "nubox/field/lattice_field.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/train/step_seconds.hpp"
#include "nubox/train/train_options.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nubox::train {

/// Input and target of one box at one neutrino mass; every rank has its slab.
struct TrainingPair {
  std::string name;                 ///< for messages: "pair-3/mnu-0.150"
  field::LatticeField features;     ///< input channels in physical units, as the card names them
  field::LatticeField prior_mpch;   ///< [3] displacement that a residual network corrects
  field::LatticeField target_mpch;  ///< [3] true displacement
  net::Conditioning conditioning{.theta = 1};  ///< of the input and the mass of the target
  bool validation = false;                     ///< not trained on: selects the model
};

/// Result of a finished training.
struct TrainReport {
  std::filesystem::path model;  ///< the best model, by TrainOptions::select
  std::size_t steps = 0;
  std::size_t parameters = 0;
  /// Displacement loss of the best model, Mpc/h (l1) or (Mpc/h)^2 (mse); absent without validation
  /// boxes.
  std::optional<double> best_validation_loss;
  /// The same for the prior alone; residual networks only.
  std::optional<double> prior_validation_loss;
  /// Mean |T-1| + (1-r) of the best model and of the prior alone; only if it selected the model.
  std::optional<double> best_spectral_error, prior_spectral_error;
  double seconds = 0;
  StepSeconds fastest_step;  ///< of the steps of this run with full batches, without the first
  bool resumed = false;
};

/// Rank-local. @throws UsageError for options that cannot work together
void require_valid(const TrainOptions& options, const net::Architecture& architecture);

/// Trains a network, data-parallel over all ranks, and writes the best model. Collective: all ranks
/// take every decision together.
///
/// @param card     architecture, prior, feature names, data and masses; empty scales
/// (feature_scales,
///                 output_scale_mpch) are measured from the pairs
/// @param pairs    at least one to train on; without a validation pair the last weights are kept
/// @param control  when to save and when to stop; null: a checkpoint only at the end
/// @throws UsageError (options), InputError (pairs that do not fit), NumericalError (NaN; names the
///         crops), FileSystemError; Error(ExitCode::stopped) after a durable checkpoint where
///         `control` says so. All agreed.
[[nodiscard]] TrainReport train(const par::Comm& comm, const TrainOptions& options,
                                net::ModelCard card, std::vector<TrainingPair> pairs,
                                par::StepControl* control = nullptr);

}  // namespace nubox::train
