#pragma once

#include "nubox/net/torch/network.hpp"

#include "train/flat_parameters.hpp"
#include "train/optimizer.hpp"
#include "train/training_checkpoint.hpp"

#include <functional>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Everything that changes during a training and is written to checkpoints: weights, buffers
/// (running statistics), optimiser, best weights so far, progress. Equal on all ranks after every
/// step.
class RunState {
 public:
  /// `network` must outlive the state; `probe` as in FlatParameters. Collective.
  RunState(const par::Comm& comm, net::Network& network, const std::function<void()>& probe,
           const TrainOptions& options, std::uint64_t total_steps);

  [[nodiscard]] FlatParameters& parameters() { return parameters_; }
  [[nodiscard]] Optimizer& optimizer() { return optimizer_; }
  [[nodiscard]] Position& position() { return position_; }

  /// Runs `work` with the weights that would be written now (Optimizer::kept_values).
  void with_kept_weights(const std::function<void()>& work);
  /// Stores these weights and their validation loss if the score is the lowest so far.
  void keep_if_best(double score, double loss);
  /// Copies the stored weights into the network.
  void use_best();

  [[nodiscard]] io::TableFile to_table() const;
  /// @throws InputError if an array is missing or has another shape
  void read(const Checkpoints::Loaded& loaded);

  /// Collective. @throws Error(communication), agreed, if ranks hold different weights
  void require_equal_weights(const par::Comm& comm);

 private:
  struct Weights {
    torch::Tensor values;
    std::vector<torch::Tensor> buffers;
  };
  void load(const Weights& weights);

  net::Network& network_;
  FlatParameters parameters_;
  Optimizer optimizer_;
  Position position_;
  Weights best_;
};

}  // namespace nubox::train
