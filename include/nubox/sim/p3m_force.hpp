#pragma once

#include "nubox/sim/pm_force.hpp"
#include "nubox/sim/short_range_force.hpp"

namespace nubox::sim {

/// Particle-particle particle-mesh force. The pairs carry the share 1 - exp(-k^2 r_s^2) of gravity
/// with the source S at the Nyquist wavenumber of the mesh, where neutrinos do not cluster any
/// more; the mesh carries all that is left of S(k), so that the sum is exact at every k.
class P3mForce : public Force {
 public:
  /// Split radius in mesh cells and cut-off in split radii. Measured against Ewald sums and a
  /// TreePM run (docs/accuracy.md): a smaller radius leaves the anisotropy of the mesh in the
  /// force, a larger one costs pairs with its third power.
  static constexpr double split_radius_cells = 1.25;
  static constexpr double cutoff_split_radii = 5;

  [[nodiscard]] static ForceSplit split_of(std::size_t mesh_n, double box_size_mpch,
                                           double softening_mpch);

  /// Mesh of mesh_n^3 points. Collective.
  P3mForce(const par::Comm& comm, std::size_t mesh_n, double box_size_mpch,
           const ForceSplit& split);

  void evaluate(const field::LatticeField& displacement_mpch,
                const std::function<double(double k_hmpc)>& source, const UseForce& use) override;

  [[nodiscard]] const PhaseTimes& times() const override;
  /// Upper bound of the last force on this rank's particles: the largest force of pairs on the
  /// particles in its slab of space and the largest components of that of the mesh, which is
  /// smaller by far where forces are large.
  [[nodiscard]] double largest_mpch() const { return largest_mpch_; }
  /// Pairs that this rank computed since construction.
  [[nodiscard]] std::uint64_t pairs() const { return pairs_.pairs(); }

 private:
  ForceSplit split_;
  PmForce mesh_;
  ShortRangeForce pairs_;
  double largest_mpch_ = 0;
  mutable PhaseTimes times_;
};

}  // namespace nubox::sim
