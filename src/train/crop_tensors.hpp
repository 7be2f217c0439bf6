#pragma once

#include "nubox/train/octahedral.hpp"

#include <string>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Turns cubes [C][n]^3 (or [B][C][n]^3) by an element of O_h; the vectors that begin at
/// `vector_starts` turn with them, other channels only move.
[[nodiscard]] torch::Tensor turn(const torch::Tensor& cubes, const Octahedral& element,
                                 const std::vector<std::size_t>& vector_starts);

/// Error of every sample of a batch: mean over components and voxels of |e| ("l1") or e^2 ("mse"),
/// e = prediction - target in Mpc/h. [B]. @throws UsageError on another name
[[nodiscard]] torch::Tensor sample_losses(const torch::Tensor& prediction,
                                          const torch::Tensor& target, const std::string& loss);

}  // namespace nubox::train
