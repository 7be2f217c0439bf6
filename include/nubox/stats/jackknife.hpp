#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace nubox::stats {

/// The eight octants of a box: sub-boxes for delete-one jackknife errors from one realisation. They
/// share their long modes, so that errors are too low for scales near L / 2. For one-point
/// quantities only, since spectra of a part of the box would need its window.
inline constexpr std::size_t octants = 8;

/// Octant of a mesh node: bits for the upper halves of x, y and z.
[[nodiscard]] constexpr std::size_t octant_of(std::size_t ix, std::size_t iy, std::size_t iz,
                                              std::size_t n) {
  return (2 * ix >= n ? 4U : 0U) + (2 * iy >= n ? 2U : 0U) + (2 * iz >= n ? 1U : 0U);
}

/// Nodes of an octant of an n^3 mesh; they differ where n is odd.
[[nodiscard]] constexpr std::size_t octant_cells(std::size_t octant, std::size_t n) {
  const std::size_t lower = (n + 1) / 2, upper = n / 2;
  return ((octant & 4U) != 0 ? upper : lower) * ((octant & 2U) != 0 ? upper : lower) *
         ((octant & 1U) != 0 ? upper : lower);
}

/// Delete-one jackknife errors of a vector from its estimates without each octant: sqrt((m - 1) / m
/// sum (x_i - mean)^2), m = 8. Rank-local.
[[nodiscard]] std::vector<double> jackknife_error(
    const std::array<std::vector<double>, octants>& left_out);

/// Mean and central moments <d^2>, <d^3>, <d^4> of cell values.
struct CentralMoments {
  double mean = 0, m2 = 0, m3 = 0, m4 = 0;
};

/// One-point moments of a real mesh, of the whole and without each octant, in double precision
/// about the measured mean, in two passes. Collective.
struct OctantMoments {
  CentralMoments all;
  std::array<CentralMoments, octants> left_out;
  double min = 0, max = 0;
};
[[nodiscard]] OctantMoments measure_octant_moments(const fft::MeshField& mesh);

}  // namespace nubox::stats
