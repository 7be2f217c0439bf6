#pragma once

#include "nubox/field/lattice_field.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace nubox::field {

/// A position along one axis as a fraction of the box in units of 2^-32: the periodic wrap is an
/// integer overflow, x = L is 0, and the rounding error (2^-33 of the box) is the same everywhere,
/// whereas that of a float grows with x.
using BoxFraction = std::uint32_t;

/// Position of a particle as box fractions: 12 bytes, wrapped, precise to 2^-33 of the box.
struct ParticlePosition {
  BoxFraction x, y, z;
};

/// Particles x = q + displacement of this rank's lattice sites, moved by `shift` (in units of the
/// box, on every axis). Collective. @throws NumericalError (agreed) naming a non-finite site
[[nodiscard]] std::vector<ParticlePosition> lattice_positions(const LatticeField& displacement_mpch,
                                                              double shift);

/// The same for any positions [n_local][3] in Mpc/h. Collective on comm.
[[nodiscard]] std::vector<ParticlePosition> free_positions(const par::Comm& comm,
                                                           double box_size_mpch,
                                                           std::span<const float> positions_mpch,
                                                           double shift);

}  // namespace nubox::field
