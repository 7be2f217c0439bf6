#pragma once

#include "nubox/sim/force_split.hpp"

#include "sim/pair_kernel.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::sim {

/// Position in Mpc/h.
using Point = std::array<float, 3>;

/// Particles of a slab of space [x0, x1) x [0, L)^2 with ghosts within the cut-off on all sides,
/// sorted into cubic cells of half a cut-off. Rank-local.
class ChainingMesh {
 public:
  /// @param owned  particles in the slab, whose forces are wanted
  /// @param ghosts particles in [x0 - cutoff, x0) and [x1, x1 + cutoff), periodic images included;
  ///               images in y and z are made here
  ChainingMesh(double x0_mpch, double x1_mpch, double box_size_mpch, double cutoff_mpch,
               std::span<const Point> owned, std::span<const Point> ghosts);

  /// forces[i] of owned particle i, without any factor. Returns the pairs computed.
  std::uint64_t sum_forces(const ForceSplit& split, const MeshPairForce& mesh,
                           std::span<PairForce> forces) const;

 private:
  /// A row of cells along z, relative to the cell of the targets, that can hold sources.
  struct Row {
    std::ptrdiff_t dx, dy, dz;
  };

  [[nodiscard]] std::size_t cell_of(const Point& point) const;
  /// Cells begin at the lower corner of the domain with its ghosts.
  std::array<double, 3> corner_mpch_;
  std::array<std::size_t, 3> cells_;
  double per_cell_;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> begin_;   ///< first particle of each cell, and the end
  std::vector<float> x_, y_, z_;       ///< sorted by cell
  std::vector<std::uint32_t> target_;  ///< index among the owned; not_owned for ghosts
};

}  // namespace nubox::sim
