#pragma once

#include "nubox/field/particle_positions.hpp"
#include "nubox/par/comm.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

struct KnnOptions {
  std::size_t points_per_side = 100;            ///< of the grid of points, at i L / points_per_side
  std::vector<std::size_t> k{1, 2, 4, 8};       ///< ascending
  std::vector<double> radii_mpch{0.5, 20, 40};  ///< lowest, highest and number of the radii
};

/// Distances from the points of a grid to their k-th nearest particles (Banerjee & Abel 2021,
/// arXiv:2007.13342).
struct KnnCounts {
  std::uint64_t points = 0;
  /// [k][radius]: points whose k-th nearest particle is at a distance <= radius.
  std::vector<std::uint64_t> within;
};

/// Distances are exact whole numbers and periodic, the counts the same on every number of ranks and
/// for every order of the particles.
///
/// @param positions  of this rank
/// @param k          ascending, at most the number of all particles
/// @param radii      ascending, in units of the box
/// Memory beyond the positions: about 20 bytes per particle of a slab. Collective.
/// @throws UsageError (agreed) for other k or radii
[[nodiscard]] KnnCounts count_nearest(const par::Comm& comm,
                                      std::vector<field::ParticlePosition> positions,
                                      std::size_t points_per_side, std::span<const std::size_t> k,
                                      std::span<const double> radii);

}  // namespace nubox::stats
