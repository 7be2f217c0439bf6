#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <cstdint>
#include <utility>

namespace nubox::fft {

/// One stored Fourier mode of a MeshField: integer wavevector n (k = n 2 pi / L), signed.
struct Mode {
  int nx = 0, ny = 0, nz = 0;  ///< nx, ny in (-n/2, n/2]; nz in [0, n/2]
  int weight = 1;              ///< 2 if the conjugate mode is not stored (0 < nz < n/2), else 1
  /// On the Nyquist plane of an axis a gradient i k_j is not Hermitian: it is zero there.
  bool nyquist_x = false, nyquist_y = false, nyquist_z = false;

  [[nodiscard]] std::int64_t norm2() const {
    return std::int64_t{nx} * nx + std::int64_t{ny} * ny + std::int64_t{nz} * nz;
  }
  [[nodiscard]] bool is_zero() const { return nx == 0 && ny == 0 && nz == 0; }
};

/// Signed integer frequency of index i on an n-point axis; the Nyquist index n/2 stays positive.
[[nodiscard]] constexpr int signed_frequency(std::size_t i, std::size_t n) {
  return i <= n / 2 ? static_cast<int>(i) : static_cast<int>(i) - static_cast<int>(n);
}

/// The one walk over k space: calls visit(mode, index) for every mode stored on this rank, in
/// storage order; `index` goes into MeshField::modes(). Rank-local.
template <class Visit>
void for_each_mode(const Plan& plan, Visit&& visit) {
  const std::size_t n = plan.layout().n();
  const std::size_t nz_count = n / 2 + 1;
  const bool even = n % 2 == 0;
  std::size_t index = 0;
  for (std::size_t iy = plan.ky_slab().start; iy < plan.ky_slab().end(); ++iy) {
    Mode mode;
    mode.ny = signed_frequency(iy, n);
    mode.nyquist_y = even && iy == n / 2;
    for (std::size_t ix = 0; ix < n; ++ix) {
      mode.nx = signed_frequency(ix, n);
      mode.nyquist_x = even && ix == n / 2;
      for (std::size_t iz = 0; iz < nz_count; ++iz, ++index) {
        mode.nz = static_cast<int>(iz);
        mode.nyquist_z = even && iz == n / 2;
        mode.weight = iz == 0 || mode.nyquist_z ? 1 : 2;
        visit(static_cast<const Mode&>(mode), index);
      }
    }
  }
}

}  // namespace nubox::fft
