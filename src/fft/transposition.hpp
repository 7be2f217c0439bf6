#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>
#include <vector>

namespace nubox::fft {

/// Buffers for what leaves this rank and what arrives in one message of a transposition: kept
/// between transforms, since fresh memory costs as much as filling it. Empty on one rank.
struct Messages {
  /// Of `bytes` each, a row at least and the largest block at most: alike on all ranks.
  Messages(const par::SlabLayout& layout, std::size_t row_floats,
           std::size_t bytes = std::size_t{1} << 20);
  std::vector<float> leaving, arriving;
};

/// Transposes the first two axes of an n^3 mesh in place: rows of z stay whole, and
/// [x_local][y][row] becomes [y_local][x][row]. Its own inverse: the slabs of both axes are the
/// same. Collective.
void transpose(const par::SlabLayout& layout, std::size_t row_floats, float* slab,
               Messages& messages);

}  // namespace nubox::fft
