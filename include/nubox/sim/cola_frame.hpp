#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/sim/particles.hpp"

#include <span>
#include <vector>

namespace nubox::sim {

/// The moving frame of COLA (arXiv:1301.0322), in which every particle follows its second-order
/// trajectory, x = q + D1(a) psi1 + D2(a)/D2i psi2 with psi1, psi2 the fields of the initial epoch
/// and D1(a_i) = 1. Only the motion relative to it is integrated, so that large scales are accurate
/// with few steps.
///
/// The frame grows for every mode as small scales do, where the source is S = 1 - f_nu. With
/// neutrino mass the growth of large scales differs by a few per cent. This difference is
/// integrated as motion relative to the frame (the initial relative momentum is the true one minus
/// that of the frame), which saves the six Fourier transforms per step of a frame with
/// scale-dependent growth.
class ColaFrame {
 public:
  /// `orders`: psi1 and, except for a Zel'dovich frame, psi2 at `a_initial`, from
  /// lagrangian_orders(). Rank-local.
  ColaFrame(std::vector<field::LatticeField> orders, cosmology::LinearTheory theory,
            double a_initial);

  /// Converts momentum to momentum relative to the frame at particles.a, and back. Rank-local.
  void enter(Particles& particles) const;
  void leave(Particles& particles) const;

  /// Coefficients of psi1 and psi2.
  struct Weights {
    double psi1 = 0, psi2 = 0;
  };
  [[nodiscard]] Weights displacement(double a) const;
  /// a^2 E dx/dln a of the frame.
  [[nodiscard]] Weights momentum(double a) const;
  /// The force on the frame, in the units of PmForce: S D1 psi1 + f_cb (D2 - D1^2)/D2i psi2, from
  /// the growth equations, so that it equals the change of its momentum exactly.
  [[nodiscard]] Weights force(double a) const;

  /// sum[i] += weights psi[first + i] along one axis, for all i of `sum`. Rank-local.
  void add(const Weights& weights, std::size_t axis, std::size_t first, std::span<float> sum) const;

 private:
  void shift_momentum(Particles& particles, double sign) const;

  std::vector<field::LatticeField> orders_;
  cosmology::LinearTheory theory_;
  double k_small_scale_hmpc_;
  double D1_initial_, D2_initial_;
};

}  // namespace nubox::sim
