#pragma once

#include "nubox/core/timer.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/sim/force.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace nubox::sim {

/// Particle-mesh force with CIC painting and interpolation: F(k) = (i k / k^2) S(k) delta_cb(k), in
/// Mpc/h, so that F = S psi1 in linear theory. The continuous Green's function -1/k^2 with a
/// four-point difference as gradient; no window is divided out. Owns the FFT plan and the two
/// meshes of a force.
///
/// Particles remain on the rank of their Lagrangian slab. For those that have left it, 12 bytes of
/// position are sent to the rank of the mesh planes, and 12 bytes of force are returned. Measured
/// at 96^3, 187.5 Mpc/h, z = 0 on 2 ranks: 3.8 % of the particles; in general about |psi| over the
/// slab's thickness. Moving particles to the rank of the mesh would send 24 to 48 bytes of state
/// for each that crosses, need an index of 8 bytes per particle, and move them back for every
/// output.
class PmForce : public Force {
 public:
  /// Smoothing of the force by painting and interpolation. kept: unchanged, with the four-point
  /// gradient, for PM and COLA steps. undone: divided out, with the exact gradient, for a source
  /// that vanishes well below the Nyquist wavenumber of the mesh.
  enum class Smoothing { kept, undone };

  /// Mesh of mesh_n^3 points. Collective.
  PmForce(const par::Comm& comm, std::size_t mesh_n, double box_size_mpch,
          Smoothing smoothing = Smoothing::kept);

  void evaluate(const field::LatticeField& displacement_mpch,
                const std::function<double(double k_hmpc)>& source, const UseForce& use) override;

  [[nodiscard]] std::size_t mesh_n() const { return density_.n(); }
  /// Seconds of this rank by phase since construction.
  [[nodiscard]] const PhaseTimes& times() const override { return times_; }
  /// Fraction of the particles of this rank that were sent to another rank, over all forces so far.
  [[nodiscard]] double routed_share() const;

 private:
  void check_mass(double particles) const;
  /// Divides the density by the windows of painting and interpolation. Rank-local.
  void undo_windows();

  fft::MeshField density_;
  fft::MeshField gradient_;
  Smoothing smoothing_;
  PhaseTimes times_;
  double routed_ = 0, evaluated_ = 0;  ///< particles, over all forces
};

}  // namespace nubox::sim
