#pragma once

#include "nubox/train/train_options.hpp"

#include <memory>
#include <string>

#include <torch/torch.h>

namespace nubox::par {
class Comm;
}

namespace nubox::train {

/// Sums float tensors over ranks in place, in the background. All ranks start the same tensors in
/// the same order. MPI gets host memory only.
class ReduceBackend {
 public:
  virtual ~ReduceBackend() = default;
  /// Starts the sum of a contiguous tensor, which must not be changed or freed until wait_all().
  virtual void start(const torch::Tensor& values) = 0;
  /// Lets the sums in progress advance.
  virtual void progress() = 0;
  /// Waits for all sums; on a GPU later kernels wait for them. @throws CommunicationError
  virtual void wait_all() = 0;
  [[nodiscard]] virtual std::string name() const = 0;
};

/// Collective. @throws UsageError (agreed) for nccl if not every rank has a GPU
[[nodiscard]] std::unique_ptr<ReduceBackend> make_reduce_backend(GradientBackend choice,
                                                                 const par::Comm& comm,
                                                                 torch::Device device);

}  // namespace nubox::train
