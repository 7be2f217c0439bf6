#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace nubox::fft {

/// One stored Fourier mode of a MeshField: integer wavevector n (k = n 2 pi / L), signed.
struct Mode {
  int nx = 0, ny = 0, nz = 0;  ///< nx, ny in (-n/2, n/2]; nz in [0, n/2]
  int weight = 1;              ///< 2 if the conjugate mode is not stored (0 < nz < n/2), else 1
  /// True on the Nyquist plane of an axis, where a gradient i k_j is not Hermitian and is set to
  /// zero.
  bool nyquist_x = false, nyquist_y = false, nyquist_z = false;

  [[nodiscard]] std::int64_t norm2() const {
    return std::int64_t{nx} * nx + std::int64_t{ny} * ny + std::int64_t{nz} * nz;
  }
  [[nodiscard]] bool is_zero() const { return nx == 0 && ny == 0 && nz == 0; }
};

/// Radial bin b of a mode with |n|^2 = norm2: b <= |n| < b + 1. Exact at the edges, since the
/// square root is correctly rounded and norm2 < 2^52.
[[nodiscard]] inline std::size_t radial_bin(std::int64_t norm2) {
  return static_cast<std::size_t>(std::sqrt(static_cast<double>(norm2)));
}

/// Signed integer frequency of index i on an n-point axis; the Nyquist index n/2 stays positive.
[[nodiscard]] constexpr int signed_frequency(std::size_t i, std::size_t n) {
  return i <= n / 2 ? static_cast<int>(i) : static_cast<int>(i) - static_cast<int>(n);
}

/// A row of stored modes: nz = 0 ... n/2 at consecutive indices from `first` on.
struct ModeRow {
  int nx = 0, ny = 0;
  bool nyquist_x = false, nyquist_y = false;
  std::size_t first = 0;  ///< into MeshField::modes()
};

/// Loop over k space, row by row: calls visit(row) in storage order. For code with a simple
/// innermost loop over nz. Rank-local.
template <class Visit>
void for_each_mode_row(const Plan& plan, Visit&& visit) {
  const std::size_t n = plan.layout().n();
  const bool even = n % 2 == 0;
  ModeRow row;
  for (std::size_t iy = plan.ky_slab().start; iy < plan.ky_slab().end(); ++iy) {
    row.ny = signed_frequency(iy, n);
    row.nyquist_y = even && iy == n / 2;
    for (std::size_t ix = 0; ix < n; ++ix) {
      row.nx = signed_frequency(ix, n);
      row.nyquist_x = even && ix == n / 2;
      visit(static_cast<const ModeRow&>(row));
      row.first += n / 2 + 1;
    }
  }
}

/// The same loop, mode by mode: calls visit(mode, index) for every mode stored on this rank;
/// `index` goes into MeshField::modes(). Rank-local.
template <class Visit>
void for_each_mode(const Plan& plan, Visit&& visit) {
  const std::size_t n = plan.layout().n();
  for_each_mode_row(plan, [&](const ModeRow& row) {
    Mode mode{row.nx, row.ny, 0, 1, row.nyquist_x, row.nyquist_y, false};
    for (std::size_t iz = 0; iz < n / 2 + 1; ++iz) {
      mode.nz = static_cast<int>(iz);
      mode.nyquist_z = n % 2 == 0 && iz == n / 2;
      mode.weight = iz == 0 || mode.nyquist_z ? 1 : 2;
      visit(static_cast<const Mode&>(mode), row.first + iz);
    }
  });
}

}  // namespace nubox::fft
