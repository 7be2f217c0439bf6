#pragma once

#include "nubox/net/torch/network.hpp"

#include "train/flat_parameters.hpp"
#include "train/optimizer.hpp"
#include "train/training_checkpoint.hpp"

#include <functional>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// All that changes in a training and that a checkpoint therefore holds: weights, buffers (running
/// statistics), optimiser, best weights so far, progress. The same on all ranks after every step.
class RunState {
 public:
  /// `network` must outlive the state; `probe` as in FlatParameters. Collective.
  RunState(const par::Comm& comm, net::Network& network, const std::function<void()>& probe,
           const TrainOptions& options, std::uint64_t total_steps);

  [[nodiscard]] FlatParameters& parameters() { return parameters_; }
  [[nodiscard]] Optimizer& optimizer() { return optimizer_; }
  [[nodiscard]] Position& position() { return position_; }

  /// Runs `work` with the weights that would be kept now (averaged ones if EMA is on).
  void with_kept_weights(const std::function<void()>& work);
  /// Remembers the kept weights, and their validation loss, if this score is the lowest so far.
  void keep_if_best(double score, double loss);
  /// Puts the remembered weights into the network.
  void use_best();

  [[nodiscard]] io::TableFile to_table() const;
  /// @throws InputError if something is missing or of another shape
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
