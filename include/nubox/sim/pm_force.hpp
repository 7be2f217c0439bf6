#pragma once

#include "nubox/core/timer.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/sim/force.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace nubox::sim {

/// Particle-mesh force with CIC painting and reading: F(k) = (i k / k^2) S(k) delta_cb(k), in
/// Mpc/h, so that F = S psi1 in linear theory. The continuous Green's function -1/k^2 with a
/// four-point difference as gradient; no window is divided out. Owns the plan and the two meshes
/// that a force needs.
///
/// Particles stay on the rank of their Lagrangian slab: 12 bytes of position go to the rank of the
/// mesh planes and 12 of force come back, for those alone that have left their slab. Measured at
/// 96^3, 187.5 Mpc/h, z = 0 on 2 ranks: 3.8 % of the particles, some |psi| over the slab's
/// thickness in general. Moving particles to the mesh for good would send as many 24 to 48 bytes of
/// state as particles cross, cost an index of 8 bytes each, and bring them back for every output.
class PmForce : public Force {
 public:
  /// What painting and reading do to the force: left as it is, with the four-point gradient, as PM
  /// and COLA steps have it; or undone, with the exact gradient, for a source that dies out well
  /// below the mesh's Nyquist wavenumber.
  enum class Smoothing { kept, undone };

  /// Mesh of mesh_n^3 points. Collective.
  PmForce(const par::Comm& comm, std::size_t mesh_n, double box_size_mpch,
          Smoothing smoothing = Smoothing::kept);

  void evaluate(const field::LatticeField& displacement_mpch,
                const std::function<double(double k_hmpc)>& source, const UseForce& use) override;

  [[nodiscard]] std::size_t mesh_n() const { return density_.n(); }
  /// Seconds of this rank by phase since construction.
  [[nodiscard]] const PhaseTimes& times() const override { return times_; }
  /// Share of this rank's particles that met the mesh on another rank, over all forces so far.
  [[nodiscard]] double routed_share() const;

 private:
  void check_mass(double particles) const;
  /// Divides the density by the window of painting and that of reading. Rank-local.
  void undo_windows();

  fft::MeshField density_;
  fft::MeshField gradient_;
  Smoothing smoothing_;
  PhaseTimes times_;
  double routed_ = 0, evaluated_ = 0;  ///< particles, over all forces
};

}  // namespace nubox::sim
