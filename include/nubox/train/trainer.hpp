#pragma once

#include "nubox/field/lattice_field.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/train/step_seconds.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nubox::train {

/// One box at one neutrino mass, as the network meets it; every rank holds its slab of all pairs.
struct TrainingPair {
  std::string name;                 ///< for messages ("pair-3/mnu-0.150")
  field::LatticeField features;     ///< input channels in physical units, as the card names them
  field::LatticeField prior_mpch;   ///< [3] displacement that a residual network corrects
  field::LatticeField target_mpch;  ///< [3] true displacement
  net::Conditioning style{.theta = 1};  ///< of the input and the target's mass
  bool validation = false;              ///< never trained on: selects the model
};

/// What training minimises: the displacement loss or, with further terms, the logarithm of a
/// product (train/crop_loss.hpp).
struct LossOptions {
  std::string lagrangian = "l1";  ///< l1 (mean over components), mse
  double eulerian = 0;            ///< exponent of the density term; 0: off
  double gradient = 0;            ///< exponent of the term of displacement gradients; 0: off
  double spectral = 0;            ///< weight of the density power term; 0: off
};

/// How to train.
struct TrainOptions {
  std::size_t tile = 32;  ///< crop edge in lattice cells, without halo
  std::size_t epochs = 20;
  /// What chooses the best model on the validation boxes: spectra (T(k) and r(k) of the boxes
  /// predicted whole: the mean over boxes and bins of 0.1 h/Mpc in 0.1 < k < 1 of |T-1| + (1-r)) or
  /// loss (mean over their crops).
  std::string select = "spectra";
  std::size_t select_every = 1;  ///< epochs; the last one is always judged
  std::size_t batch = 8;         ///< crops per step over all ranks
  std::size_t micro_batch = 4;   ///< crops at once on one rank (memory)
  double learning_rate = 2e-3;
  std::string schedule = "cosine";  ///< constant, cosine
  double warmup_fraction = 0.05;    ///< share of all steps with a rising rate (cosine)
  std::string optimizer = "adam";   ///< adam (weight decay as L2, the paper's kind), adamw
  double weight_decay = 0;
  double clip_norm = 0;  ///< of the global gradient; 0: off
  double ema = 0;        ///< decay of the averaged weights that are kept; 0: off
  LossOptions loss;
  bool augment = true;       ///< the 48 rotations and reflections of the cube
  bool random_shift = true;  ///< crop origins anywhere in the periodic box
  std::string batch_norm =
      "local";                     ///< statistics: local (of a rank's crops), sync (of all ranks')
  std::string precision = "fp32";  ///< fp32, tf32, bf16
  std::string backend = "auto";    ///< gradient sums: auto, nccl, mpi
  bool check_sums = false;         ///< ranks compare what they sum before every gradient sum (slow)
  std::uint64_t seed = 1;
  bool deterministic = false;
  std::string resume = "auto";  ///< auto (newest sound checkpoint), never, or a checkpoint file
  std::filesystem::path start;  ///< model file with the first weights; empty: random ones
  std::filesystem::path out;    ///< directory: model.h5, metrics.jsonl, checkpoints/
  std::string config_hash;      ///< what must not change between stop and resume
};

/// What a finished training came to.
struct TrainReport {
  std::filesystem::path model;  ///< the best model, by TrainOptions::select
  std::size_t steps = 0;
  std::size_t parameters = 0;
  /// Displacement loss of the best model, Mpc/h (l1) or (Mpc/h)^2 (mse); absent without validation
  /// boxes.
  std::optional<double> best_validation_loss;
  /// The same figure for the prior alone; residual networks only.
  std::optional<double> prior_validation_loss;
  /// Mean |T-1| + (1-r) of the best model and of the prior alone; only if it selected the model.
  std::optional<double> best_spectral_error, prior_spectral_error;
  double seconds = 0;
  StepSeconds fastest_step;  ///< of the full batches of this run but the first
  bool resumed = false;
};

/// Rank-local. @throws UsageError for options that cannot work together
void require_valid(const TrainOptions& options, const net::Architecture& architecture);

/// Trains a network data-parallel over all ranks and writes the best model. Collective; every
/// decision is taken by all ranks together.
///
/// @param card   architecture, prior, feature names, data facts and masses; halo-independent scales
///               (feature_scales, output_scale_mpch) are measured from the pairs where left empty
/// @param pairs  at least one to train on; without a validation pair the last weights are kept
/// @param control  when to save and when to stop; none: a checkpoint at the end alone
/// @throws UsageError (options), InputError (pairs that do not fit), NumericalError (NaN, names the
///         samples), FileSystemError; Error(ExitCode::stopped) after a durable checkpoint where
///         `control` says so. All agreed.
[[nodiscard]] TrainReport train(const par::Comm& comm, const TrainOptions& options,
                                net::ModelCard card, std::vector<TrainingPair> pairs,
                                par::StepControl* control = nullptr);

}  // namespace nubox::train
