#pragma once

#include "nubox/train/octahedral.hpp"

#include <cstddef>
#include <vector>

namespace nubox::train {

/// Transform of a cube [C][n]^3 by an element of O_h: voxels move, and the components of vectors
/// are exchanged and change sign. Rank-local.
class OctahedralTransform {
 public:
  /// @param vector_starts  x components of the vectors; other channels are scalars
  OctahedralTransform(const Octahedral& element, std::size_t channels, std::size_t n,
                      const std::vector<std::size_t>& vector_starts);

  /// Copies row (c, i, j) of the cube, n values along z, to its place in the transformed cube.
  void place(std::size_t c, std::size_t i, std::size_t j, const float* row,
             float* transformed) const;

 private:
  std::ptrdiff_t n_;
  std::ptrdiff_t first_ = 0;              ///< new offset of voxel (0, 0, 0)
  std::array<std::ptrdiff_t, 3> step_{};  ///< new distances of neighbours along the old axes
  std::vector<std::size_t> target_;       ///< new channel, by channel
  std::vector<float> sign_;               ///< by channel
};

}  // namespace nubox::train
