#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/sim/particles.hpp"
#include "nubox/sim/white_noise.hpp"

#include <memory>
#include <vector>

namespace nubox::sim {

/// Zel'dovich displacement psi(k) = (i k / k^2) delta(k) of density modes on the mesh of the
/// lattice: [3][nx_local][N][N], Mpc/h. Collective.
[[nodiscard]] field::LatticeField zeldovich_displacement(const fft::MeshField& density_modes);

/// S2(k), the source of the second order, from the modes of the linear density: sums over pairs of
/// axes of phi_ii phi_jj - phi_ij^2, phi_ij the transform of k_i k_j delta / k^2. Collective.
[[nodiscard]] fft::MeshField second_order_source(const fft::MeshField& density_modes);

/// Displacements psi1 and, for order 2, psi2 of Lagrangian perturbation theory at scale factor a
/// from the linear cb density there (modes on the mesh of the lattice), each [3][nx_local][N][N],
/// Mpc/h (2LPT: arXiv:astro-ph/9406013). Collective.
/// @throws UsageError for another order than 1 or 2
[[nodiscard]] std::vector<field::LatticeField> lagrangian_orders(
    const fft::MeshField& density_modes, const cosmology::LinearTheory& theory, double a,
    int lpt_order);

/// Particles of these orders: displacement psi1 + psi2 and momentum a^2 E (f1(k) psi1 + f2 psi2)
/// with the scale-dependent growth rate f1. Collective.
[[nodiscard]] Particles lagrangian_particles(const fft::MeshField& density_modes,
                                             std::vector<field::LatticeField> orders,
                                             const cosmology::LinearTheory& theory, double a);
/// lagrangian_orders and lagrangian_particles in one call.
[[nodiscard]] Particles lagrangian_particles(const fft::MeshField& density_modes,
                                             const cosmology::LinearTheory& theory, double a,
                                             int lpt_order);

/// The same from white noise and the back-scaled linear power of `theory`; `plan` is of the N^3
/// lattice.
[[nodiscard]] Particles initial_conditions(const std::shared_ptr<const fft::Plan>& plan,
                                           double box_size_mpch, const Noise& noise,
                                           const cosmology::LinearTheory& theory, double a,
                                           int lpt_order);

}  // namespace nubox::sim
