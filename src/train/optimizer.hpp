#pragma once

#include "nubox/train/trainer.hpp"

#include "train/flat_parameters.hpp"

#include <cstdint>
#include <string>

#include <torch/torch.h>

namespace nubox::train {

/// Adam (Kingma & Ba 2015; weight decay as L2) or AdamW (decoupled decay, Loshchilov & Hutter 2019)
/// on flat buffers, with gradient clipping, a learning-rate schedule and averaged weights (EMA).
/// Equal on all ranks, since gradients are summed before.
class Optimizer {
 public:
  /// @throws UsageError on values out of range
  Optimizer(FlatParameters& parameters, const TrainOptions& options, std::uint64_t total_steps);

  /// Norm of the summed gradient.
  [[nodiscard]] double gradient_norm() const;
  /// One update from the gradient buffer. `norm` is that of the gradient, for clipping.
  void step(double norm);
  /// Learning rate of the next step.
  [[nodiscard]] double learning_rate() const;
  /// The weights to validate and to write: the averaged ones with EMA, else the current ones.
  [[nodiscard]] const torch::Tensor& kept_values() const;

  /// Moments, averages and step count, for checkpoints. Reading @throws InputError
  void write(io::TableFile& table) const;
  void read(const io::TableFile& table);

 private:
  FlatParameters& parameters_;
  TrainOptions options_;
  std::uint64_t total_steps_;
  std::uint64_t steps_ = 0;
  torch::Tensor first_moment_;
  torch::Tensor second_moment_;
  torch::Tensor average_;  ///< undefined unless EMA is on
};

}  // namespace nubox::train
