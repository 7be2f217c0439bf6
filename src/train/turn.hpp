#pragma once

#include "nubox/train/octahedral.hpp"

#include <cstddef>
#include <vector>

namespace nubox::train {

/// Turns a cube [channels][n]^3 by an element of O_h, in one pass, into `out`: the vectors whose x
/// component `vector_starts` names turn with it, other channels only move. Rank-local.
void turn(const float* cube, std::size_t channels, std::size_t n, const Octahedral& element,
          const std::vector<std::size_t>& vector_starts, float* out);

}  // namespace nubox::train
