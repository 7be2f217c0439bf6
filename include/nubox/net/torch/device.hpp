#pragma once

#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <torch/torch.h>

/// The devices, threads and arithmetic of torch.
namespace nubox::net {

/// The run-time library with the GPU code (libnubox_cuda.so beside the program), loaded on first
/// use; nullptr where there is no such library or no GPU. A binary without it runs on any machine.
/// @throws InternalError if it is there, a GPU is too, and it cannot be loaded
[[nodiscard]] void* gpu_library();

/// This rank's device: the GPU with its number on the node, else the CPU. Collective.
[[nodiscard]] torch::Device choose_device(const par::Comm& comm);

/// Sets torch's threads (OMP_NUM_THREADS if given, else this rank's share of the node's cores) and
/// returns their number. Collective.
int set_threads(const par::Comm& comm);

/// Sets TF32 switches for a precision, and deterministic kernels if asked for.
void configure_math(Precision precision, bool deterministic);

/// Within its life convolutions run in the given precision (autocast); clears the cast cache at the
/// end, so that updated weights are cast anew.
class PrecisionScope {
 public:
  PrecisionScope(Precision precision, torch::Device device);
  ~PrecisionScope();
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

 private:
  bool active_;
  bool before_;
  at::DeviceType device_;
};

/// What convolutions on this device compute in at the moment.
[[nodiscard]] at::ScalarType working_dtype(torch::Device device);

}  // namespace nubox::net
