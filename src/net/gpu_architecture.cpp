#include "nubox/net/gpu_architecture.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace nubox::net {

bool runs_machine_code(int capability, std::span<const int> architectures) {
  return std::any_of(architectures.begin(), architectures.end(), [capability](int architecture) {
    return architecture / 10 == capability / 10 && architecture <= capability;
  });
}

std::string unsupported_gpu(int capability, std::span<const int> architectures) {
  if (runs_machine_code(capability, architectures)) return "";
  // The wheels: tools/requirements.
  const char* const version =
      capability < 75 ? "2.7.1 (CUDA 12, from sm_50 on)" : "2.15.0 (CUDA 13)";
  return fmt::format(
      "the GPU is of architecture sm_{}, but LibTorch and NCCL of this build have machine code for "
      "sm_{} only. Build "
      "with NUBOX_TORCH_VERSION={} (docs/user/installation.md), or hide the GPU: "
      "CUDA_VISIBLE_DEVICES=\"\"",
      capability, fmt::join(architectures, ", sm_"), version);
}

Precision supported_precision(Precision wanted, int capability) {
  return capability < 80 ? Precision::fp32 : wanted;
}

}  // namespace nubox::net
