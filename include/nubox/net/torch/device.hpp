#pragma once

#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <torch/torch.h>

/// The devices, threads and arithmetic of torch.
namespace nubox::net {

/// The library with the GPU code (libnubox_cuda.so in the program's directory), loaded on first
/// use; nullptr without this library or without a GPU, so that the program runs on any machine.
/// @throws InternalError if it cannot be loaded on a machine with a GPU
[[nodiscard]] void* gpu_library();

/// This rank's device: the GPU with the number of the rank on its node, else the CPU. Collective.
/// @throws UsageError if LibTorch or NCCL have no machine code for the GPU
[[nodiscard]] torch::Device choose_device(const par::Comm& comm);

/// Whether a device computes convolutions in this precision. On GPUs bf16 and tf32 need compute
/// capability 8.0. On CPUs tf32 is fp32, and bf16 needs AVX-512 (bw, dq, vl): without it LibTorch
/// refuses bf16 or computes it inexactly. Rank-local.
[[nodiscard]] bool computes(Precision precision, torch::Device device);

/// The precision for all ranks: `wanted`, or fp32 with a warning if the device of a rank does not
/// compute it. Collective.
[[nodiscard]] Precision usable_precision(const par::Comm& comm, Precision wanted);

/// Sets torch's threads (OMP_NUM_THREADS if given, else this rank's share of the node's cores) and
/// returns their number. Collective.
int set_threads(const par::Comm& comm);

/// Switches TF32 on or off, and selects deterministic kernels if asked to.
void configure_math(Precision precision, bool deterministic);

/// While it exists convolutions run in the given precision (autocast). At the end it clears the
/// cache of converted weights, since training changes them.
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

/// Number type in which convolutions on this device are computed under the present PrecisionScope.
[[nodiscard]] at::ScalarType working_dtype(torch::Device device);

}  // namespace nubox::net
