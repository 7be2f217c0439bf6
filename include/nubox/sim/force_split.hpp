#pragma once

#include <array>
#include <cstddef>

namespace nubox::sim {

/// How P3M divides gravity between mesh and pairs. The mesh carries exp(-k^2 r_s^2) of each mode
/// (Gaussian split, as in Gadget: Springel 2005, arXiv:astro-ph/0505010, eqs. 20 and 21); pairs
/// within the cut-off carry the rest, softened at small distances.
struct ForceSplit {
  double split_radius_mpch = 0;  ///< r_s
  double cutoff_mpch = 0;        ///< pairs beyond exert no short-range force
  double softening_mpch = 0;     ///< Plummer-equivalent
};

/// Share of a mode that the mesh carries.
[[nodiscard]] double mesh_share(const ForceSplit& split, double k_hmpc);

/// The pair force as one polynomial. A particle at separation vector d pulls with
///   d [ g(d) - Q(d^2) ],
/// where g is 1/d^3, softened within 2.8 epsilon by the spline of Gadget (Springel et al. 2001,
/// arXiv:astro-ph/0003162, eq. 71), and Q(r^2) = [ erf(u) - 2 u exp(-u^2) / sqrt(pi) ] / r^3, u = r
/// / (2 r_s), is what the mesh carries of it. Q is an entire function of r^2: a Chebyshev fit on
/// [0, cutoff^2] reaches float precision, needs no root, and has no singularity at r = 0.
class MeshPairForce {
 public:
  static constexpr std::size_t terms = 13;

  explicit MeshPairForce(const ForceSplit& split);

  /// Coefficients of Q in t = r^2 * scale() - 1, ascending powers.
  [[nodiscard]] const std::array<float, terms>& coefficients() const { return coefficients_; }
  [[nodiscard]] float scale() const { return scale_; }
  /// Q as the fit gives it, in (Mpc/h)^-3.
  [[nodiscard]] double operator()(double r2_mpch2) const;

 private:
  std::array<float, terms> coefficients_{};
  float scale_;
};

/// Q in double precision, from the error function or, for small r, its series.
[[nodiscard]] double exact_mesh_pair_force(double r2_mpch2, double split_radius_mpch);

}  // namespace nubox::sim
