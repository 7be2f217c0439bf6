#pragma once

#include "nubox/par/comm.hpp"
#include "nubox/train/train_options.hpp"

#include <string>

namespace nubox::train {

/// What the sums of gradients over ranks do on this machine.
struct SumCheck {
  std::string backend;      ///< nccl, mpi
  double wrong_values = 0;  ///< over all ranks
  double bytes_per_s = 0;   ///< of one rank's largest tensor, the slowest rank
};

/// Sums tensors of whole numbers, whose sum is exact in any order, by a backend of training: nccl
/// where every rank has a GPU, or mpi. Collective.
/// @throws UsageError (nccl without GPUs), CommunicationError
[[nodiscard]] SumCheck check_sums(const par::Comm& comm, GradientBackend backend);

}  // namespace nubox::train
