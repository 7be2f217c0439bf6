#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/particle_route.hpp"

#include <complex>
#include <cstdint>
#include <vector>

namespace nubox::stats {

/// The modes of a field with all components |n_i| <= largest, window divided out, distributed over
/// ranks as the ky planes of the mesh of another plan, on which their products will be computed.
class LowModes {
 public:
  /// Collective. `target` and the mesh of `modes` must contain the band: largest < n / 2.
  LowModes(const fft::MeshField& modes, field::Assignment assignment, int largest,
           const fft::Plan& target);

  /// Calls visit(c, norm2, weight, index) for every mode of this rank; `index` goes into modes() of
  /// a MeshField of the target plan, weight is 2 where the conjugate is not stored. Rank-local.
  template <class Visit>
  void for_each(Visit&& visit) const {
    const int width = 2 * largest_ + 1;
    const std::complex<float>* value = values_.data();
    for (const Plane& plane : planes_) {
      for (int ix = 0; ix < width; ++ix) {
        const int nx = ix - largest_;
        const std::int64_t norm2_xy = std::int64_t{nx} * nx + std::int64_t{plane.ny} * plane.ny;
        const std::size_t row = plane.first_index + column(nx) * row_modes_;
        for (int nz = 0; nz <= largest_; ++nz, ++value) {
          visit(*value, norm2_xy + std::int64_t{nz} * nz, nz == 0 ? 1 : 2,
                row + static_cast<std::size_t>(nz));
        }
      }
    }
  }

 private:
  struct Plane {
    int ny;
    std::size_t first_index;  ///< of the plane in the target's modes
  };
  [[nodiscard]] std::size_t column(int nx) const {
    return nx < 0 ? target_n_ - static_cast<std::size_t>(-nx) : static_cast<std::size_t>(nx);
  }

  int largest_;
  std::size_t target_n_, row_modes_;
  std::vector<Plane> planes_;
  std::vector<std::complex<float>> values_;  ///< [plane][nx = -largest ... largest][nz]
};

}  // namespace nubox::stats
