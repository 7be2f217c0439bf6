#pragma once

#include "nubox/train/octahedral.hpp"

#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Turns cubes [C][n]^3 (or [B][C][n]^3) by an element of O_h; the vectors that begin at
/// `vector_starts` turn with them, other channels only move.
[[nodiscard]] torch::Tensor turn(const torch::Tensor& cubes, const Octahedral& element,
                                 const std::vector<std::size_t>& vector_starts);

}  // namespace nubox::train
