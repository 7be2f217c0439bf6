#pragma once

#include "nubox/io/attributes.hpp"
#include "nubox/net/precision.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace nubox::train {

/// Error of the displacement: mean absolute value over components, or mean square.
enum class DisplacementLoss { l1, mse };

/// Criterion for the best model on the validation boxes. spectra: mean of |T-1| + (1-r) over boxes
/// and bins of 0.1 h/Mpc in 0.1 < k < 1 h/Mpc, from predictions of the whole boxes; loss: mean over
/// their crops.
enum class Selection { spectra, loss };

/// Learning rate over the steps: constant, or a linear warm-up and then a falling half cosine.
enum class Schedule { constant, cosine };

/// adam: weight decay as L2 term of the gradient, as in the paper; adamw: decoupled weight decay.
enum class OptimizerKind { adam, adamw };

/// Statistics of batch normalisation: over the crops of each rank, or over those of all ranks.
enum class NormStatistics { local, synchronised };

/// How gradients are summed over ranks. automatic: nccl if every rank has a GPU, else mpi.
enum class GradientBackend { automatic, nccl, mpi };

/// newest: from the newest intact checkpoint, if there is one; never: old checkpoints are removed;
/// file: from a given checkpoint.
enum class Resume { newest, never, file };

/// Terms of the loss: the displacement loss alone or, with further terms, the logarithm of a
/// product (train/crop_loss.hpp).
struct LossOptions {
  DisplacementLoss lagrangian = DisplacementLoss::l1;
  double eulerian = 0;  ///< exponent of the density term; 0: off
  double gradient = 0;  ///< exponent of the term of displacement gradients; 0: off
  double spectral = 0;  ///< weight of the density power term; 0: off
};

/// How to train.
struct TrainOptions {
  std::size_t tile = 32;  ///< crop edge in lattice cells, without halo
  std::size_t epochs = 20;
  Selection select = Selection::spectra;  ///< of the best model, on the validation boxes
  std::size_t select_every = 1;           ///< epochs; the last one is always validated
  std::size_t batch = 8;                  ///< crops per step over all ranks
  std::size_t micro_batch = 4;            ///< crops in one pass on one rank (memory)
  double learning_rate = 2e-3;
  Schedule schedule = Schedule::cosine;
  double warmup_fraction = 0.05;  ///< share of all steps with a rising rate (cosine)
  OptimizerKind optimizer = OptimizerKind::adam;
  double weight_decay = 0;
  double clip_norm = 0;  ///< of the global gradient; 0: off
  double ema = 0;        ///< decay of the averaged weights that are kept; 0: off
  LossOptions loss;
  bool augment = true;       ///< the 48 rotations and reflections of the cube
  bool random_shift = true;  ///< crop origins anywhere in the periodic box
  NormStatistics batch_norm = NormStatistics::local;
  net::Precision precision = net::Precision::fp32;
  GradientBackend backend = GradientBackend::automatic;
  bool check_sums = false;  ///< compare over ranks which tensor is summed, before every sum (slow)
  std::uint64_t seed = 1;
  bool deterministic = false;
  Resume resume = Resume::newest;
  std::filesystem::path checkpoint;  ///< to resume from, with Resume::file
  std::filesystem::path start;       ///< model file with the initial weights; empty: random ones
  std::filesystem::path out;         ///< directory: model.h5, metrics.jsonl, checkpoints/
  io::Attributes option_values{};    ///< these options by name, to say which one differs
  std::string config_hash;           ///< of the options that must not change when resuming
};

}  // namespace nubox::train
