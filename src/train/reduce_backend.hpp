#pragma once

#include "nubox/train/train_options.hpp"

#include <memory>
#include <string>

#include <torch/torch.h>

namespace nubox::par {
class Comm;
}

namespace nubox::train {

/// Sums float tensors over ranks in place, while computation goes on. All ranks start the same
/// tensors in the same order. No device pointer ever reaches MPI.
class ReduceBackend {
 public:
  virtual ~ReduceBackend() = default;
  /// Begins the sum of a contiguous tensor, which must stay alive and untouched until wait_all().
  virtual void start(const torch::Tensor& values) = 0;
  /// Gives started sums a chance to advance.
  virtual void progress() = 0;
  /// After this, what is computed next sees the sums. @throws CommunicationError
  virtual void wait_all() = 0;
  [[nodiscard]] virtual std::string name() const = 0;
};

/// `choice`: mpi; nccl (needs one GPU per rank); auto: nccl where it is possible, else mpi.
/// Collective. @throws UsageError (agreed) if nccl is asked for and not possible
[[nodiscard]] std::unique_ptr<ReduceBackend> make_reduce_backend(GradientBackend choice,
                                                                 const par::Comm& comm,
                                                                 torch::Device device);

}  // namespace nubox::train
