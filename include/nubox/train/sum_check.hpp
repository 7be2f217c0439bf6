#pragma once

#include "nubox/par/comm.hpp"
#include "nubox/train/train_options.hpp"

#include <string>

namespace nubox::train {

/// Correctness and speed of gradient sums over ranks.
struct SumCheck {
  std::string backend;      ///< nccl, mpi
  double wrong_values = 0;  ///< over all ranks
  double bytes_per_s = 0;   ///< bytes of the largest tensor of one rank over the longest time
};

/// Sums tensors of integers, whose sum is exact in any order, with a backend of training.
/// Collective.
/// @throws UsageError (nccl without GPUs), CommunicationError
[[nodiscard]] SumCheck check_sums(const par::Comm& comm, GradientBackend backend);

}  // namespace nubox::train
