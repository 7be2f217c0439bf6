#pragma once

#include "nubox/train/octahedral.hpp"

#include <cstddef>
#include <vector>

namespace nubox::train {

/// Where the voxels of a cube [C][n]^3 go when it is turned by an element of O_h: the vectors whose
/// x components `vector_starts` names turn with it, other channels only move. Rank-local.
class OctahedralTransform {
 public:
  OctahedralTransform(const Octahedral& element, std::size_t channels, std::size_t n,
                      const std::vector<std::size_t>& vector_starts);

  /// Puts row (c, i, j) of the cube, n values along z, where it belongs in the turned one.
  void place(std::size_t c, std::size_t i, std::size_t j, const float* row, float* turned) const;

 private:
  std::ptrdiff_t n_;
  std::ptrdiff_t first_ = 0;              ///< where voxel (0, 0, 0) goes
  std::array<std::ptrdiff_t, 3> step_{};  ///< between voxels that were neighbours
  std::vector<std::size_t> target_;       ///< by channel
  std::vector<float> sign_;               ///< by channel
};

}  // namespace nubox::train
