#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/assignment.hpp"
#include "nubox/field/lattice_field.hpp"

#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>

namespace nubox::field {

/// Assignment of the particles of this rank to mesh cells. Particles remain on their rank; copies
/// of those whose mesh planes belong to another rank are sent there (to any rank, since
/// displacements may span several slabs). Built once per set of positions, then used to paint once
/// and to interpolate several times. Construction, painting and interpolate are collective on the
/// mesh's communicator.
class ParticleRoute {
 public:
  /// Lattice particles at x = q + displacement (three components, Mpc/h), wrapped into the box.
  /// `shift_cells` moves all positions by that many mesh cells on every axis (interlacing).
  ParticleRoute(const par::SlabLayout& mesh, const LatticeField& displacement_mpch,
                Assignment assignment, double shift_cells = 0.0);
  /// Any particles: [n_local][3] positions in Mpc/h, wrapped into the box.
  ParticleRoute(const par::SlabLayout& mesh, double box_size_mpch,
                std::span<const float> positions_mpch, Assignment assignment,
                double shift_cells = 0.0);
  ~ParticleRoute();
  ParticleRoute(ParticleRoute&&) noexcept;
  ParticleRoute& operator=(ParticleRoute&&) noexcept;

  /// Adds the weight of every particle to the mesh (counts; total = number of particles).
  void paint(fft::MeshField& mesh) const;
  /// Replaces the mesh by the counts, summed in fixed point: the same bits for every order of the
  /// particles and every number of ranks, unlike sums of floats. Weights are rounded to
  /// 2^-(bits_of_mean + 1) of the mean count (2e-6 by default). If a cell exceeds 2^(32 -
  /// bits_of_mean) times the mean, painting is repeated with steps 4 times coarser, and so on.
  void paint_exact(fft::MeshField& mesh, int bits_of_mean = 18) const;
  /// values[p] = mesh value at particle p (weights as in paint), p in the owner's order.
  void interpolate(const fft::MeshField& mesh, std::span<float> values) const;
  /// Gets the values of particles first, first + 1, ... in the owner's order.
  using UseValues = std::function<void(std::size_t first, std::span<const float> values)>;
  /// The same in short consecutive pieces, for values that are not stored. `use` must not throw.
  void interpolate_in_pieces(const fft::MeshField& mesh, const UseValues& use) const;

  /// Differences along the three axes.
  using Differences = std::array<float, 3>;
  using UseDifferences =
      std::function<void(std::size_t first, std::span<const Differences> per_cell)>;
  /// The four-point differences (8 (f1 - f-1) - (f2 - f-2)) / 12 per cell of the mesh along the
  /// axes, assigned to the particles as by interpolate(): one pass, and no mesh for each axis.
  void differences_in_pieces(const fft::MeshField& mesh, const UseDifferences& use) const;

  /// Particles of this rank whose mesh planes belong to other ranks.
  [[nodiscard]] std::size_t sent_particles() const;
  /// Seconds that this rank spent in exchanges with other ranks so far.
  [[nodiscard]] double exchange_seconds() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Number counts to density contrast: mesh = mesh * n_mesh^3 / n_particles - 1. Rank-local.
void to_contrast(fft::MeshField& counts, double total_particles);

}  // namespace nubox::field
