#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/lattice_field.hpp"

#include <cstddef>

namespace nubox::prior {

/// Density contrast of the neutrinos as the linear response to the CDM particles of a massive box,
/// delta_nu(k) = r(k,a) delta_cb(k) with r = T_nu / T_cb, the closure that the simulator uses. The
/// particles are painted with the cubic kernel, whose window is divided out. Modes beyond the
/// Nyquist frequency of the particles, pi n / L, where only images of their lattice remain, are set
/// to zero.
///
/// @param displacement_mpch  [3][nx_local][N][N] of the massive box
/// @return                   [1][count][M][M], M = mesh_n, at the mesh points i L / M
/// Collective.
[[nodiscard]] field::LatticeField neutrino_density(const field::LatticeField& displacement_mpch,
                                                   const cosmology::LinearTheory& massive, double a,
                                                   std::size_t mesh_n);

}  // namespace nubox::prior
