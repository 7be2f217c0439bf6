#pragma once

#include "nubox/net/precision.hpp"

#include <span>
#include <string>

/// What GPUs of a compute capability (60: 6.0, sm_60) can run. Rank-local.
namespace nubox::net {

/// Whether a GPU runs machine code of one of these architectures: code of its own major version and
/// of no later minor version (CUDA programming guide, binary compatibility).
[[nodiscard]] bool runs_machine_code(int capability, std::span<const int> architectures);

/// What to do about a GPU that the libraries of this build have no machine code for; empty if they
/// have.
///
/// @param architectures  those that LibTorch and NCCL both have machine code for
[[nodiscard]] std::string unsupported_gpu(int capability, std::span<const int> architectures);

/// The precision that a GPU computes when `wanted` is asked for: bf16 and tf32 need compute
/// capability 8.0; before, fp32 takes their place.
[[nodiscard]] Precision supported_precision(Precision wanted, int capability);

}  // namespace nubox::net
