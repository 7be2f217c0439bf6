#pragma once

#include "nubox/field/box.hpp"
#include "nubox/field/lattice_field.hpp"

namespace nubox::sim {

/// Particles of the lattice q = i L / N at scale factor a: x = q + displacement,
/// momentum p = a^2 dx/dt / H0. Both fields [3][nx_local][N][N] in Mpc/h.
struct Particles {
  field::LatticeField displacement_mpch;
  field::LatticeField momentum_mpch;
  double a = 1;
};

/// Box of the particles: displacement wrapped to (-L/2, L/2], velocity v = 100 p / a km/s. Box
/// size, lattice and redshift of the header are set to those of the particles (the redshift only if
/// it differs by more than rounding). Particles that are moved in are not copied. Rank-local.
[[nodiscard]] field::Box to_box(Particles particles, io::FieldHeader header);

/// Inverse of to_box; a box that is moved in is not copied. Rank-local. @throws InputError if the
/// box has no velocities
[[nodiscard]] Particles to_particles(field::Box box);

}  // namespace nubox::sim
