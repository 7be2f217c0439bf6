#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>
#include <vector>

namespace nubox::fft {

/// Send and receive buffers for one message of a transposition. They are kept between transforms,
/// since the first use of new memory costs as much as filling it. Empty on one rank.
struct Messages {
  /// Buffers of `bytes` each, but at least a row and at most the largest block; equal on all ranks.
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
