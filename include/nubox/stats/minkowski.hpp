#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

struct MinkowskiOptions {
  double radius_mpch = 10;  ///< of the Gaussian that smooths the density, Mpc/h
  /// Lowest and highest threshold of the contrast, and their number.
  std::vector<double> thresholds{-1, 2.15, 64};
};

/// Densities of the four Minkowski functionals of the regions at or above each threshold.
struct MinkowskiFunctionals {
  /// Cubes of the mesh in the region, and faces, edges and vertices of these cubes, each counted
  /// once: [3] cubes, [2] faces, [1] edges, [0] vertices, by threshold.
  std::array<std::vector<std::uint64_t>, 4> counts;
  /// By order: volume fraction; area / 6 (h/Mpc); integrated mean curvature / 3 pi ((h/Mpc)^2);
  /// Euler characteristic ((h/Mpc)^3); all per volume.
  std::array<std::vector<double>, 4> v;
};

/// Crofton's formula on the lattice of cubes about the mesh nodes (Schmalzing & Buchert 1997,
/// arXiv:astro-ph/9702130): v0 = n3, v1 = 2 (n2 - 3 n3) / 9 a, v2 = 2 (n1 - 2 n2 + 3 n3) / 9 a^2,
/// v3 = (n0 - n1 + n2 - n3) / a^3, with counts n per cube and cubes of side a. Cubes that touch in
/// a vertex are connected. The counts are whole numbers, the same on every number of ranks.
///
/// @param field       in real space
/// @param thresholds  ascending
/// Collective. @throws UsageError for thresholds that do not ascend, NumericalError for a field
/// that is not a number; agreed
[[nodiscard]] MinkowskiFunctionals measure_minkowski(const fft::MeshField& field,
                                                     std::span<const double> thresholds);

/// The contrast smoothed by a Gaussian exp(-k^2 R^2 / 2), in real space. Collective.
/// @throws UsageError (agreed) for a radius below a mesh cell or above a quarter of the box
[[nodiscard]] fft::MeshField smooth_by_gaussian(const fft::MeshField& contrast_modes,
                                                double radius_mpch);

}  // namespace nubox::stats
