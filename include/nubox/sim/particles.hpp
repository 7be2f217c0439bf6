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

/// Snapshot of the particles: displacement wrapped to (-L/2, L/2], velocity v = 100 p / a km/s;
/// box, lattice and redshift of the header become those of the particles (a redshift that is theirs
/// up to rounding stays). Particles that are moved in are not copied. Rank-local.
[[nodiscard]] field::Box to_snapshot(Particles particles, io::FieldHeader header);

/// Inverse of to_snapshot, without a copy of what is moved in. Rank-local. @throws InputError if
/// the snapshot has no velocities
[[nodiscard]] Particles to_particles(field::Box snapshot);

}  // namespace nubox::sim
