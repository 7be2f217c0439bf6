#pragma once

#include "nubox/stats/power.hpp"
#include "nubox/stats/tracers.hpp"

#include <array>
#include <span>
#include <vector>

namespace nubox::stats {

struct CorrelationOptions {
  /// Smallest and largest separation, Mpc/h, and their number; those above half the box are left
  /// out.
  std::vector<double> radii_mpch{2, 150, 75};
  /// Gaussian that damps the power before it is transformed, mesh cells: P exp(-k^2 R^2). Without,
  /// the edge of the mesh in k space rings.
  double smoothing_cells = 1;
};

/// xi_l at each separation, l = 0, 2, 4.
using CorrelationMultipoles = std::array<std::vector<double>, 3>;

/// Multipoles of the correlation function from those of the power over every shell |n|^2 of modes:
/// xi_l(r) = i^l sum_n |c_n / W|^2 (2 l + 1) L_l(mu) j_l(k r), which is exact for the periodic box
/// up to the largest mode. In real space (no line of sight) l = 2, 4 measure the noise.
///
/// @param modes    c_n of the contrast
/// @param options  assignment and interlacing of the modes; V / N_p is subtracted if wanted
/// @param axis     0, 1, 2: line of sight x, y, z
/// Collective. @throws InternalError for a mesh in real space
[[nodiscard]] CorrelationMultipoles measure_correlation(const fft::MeshField& modes,
                                                        const PowerOptions& options, int axis,
                                                        std::span<const double> radii_mpch,
                                                        double smoothing_mpch);

}  // namespace nubox::stats
