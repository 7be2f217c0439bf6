#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>

namespace nubox::fft {

/// Bytes of one message between two ranks.
inline constexpr std::size_t transposition_message_bytes = std::size_t{1} << 20;

/// Transposes the first two axes of an n^3 mesh in place: rows of z stay whole, and
/// [x_local][y][row] becomes [y_local][x][row]. Its own inverse: the slabs of both axes are the
/// same. Holds two messages (of a row at least) beside the slab. Collective.
void transpose(const par::SlabLayout& layout, std::size_t row_floats, float* slab,
               std::size_t message_bytes = transposition_message_bytes);

}  // namespace nubox::fft
