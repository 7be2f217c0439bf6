#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_header.hpp"

#include <cstddef>

namespace nubox::gadget {

/// Relative tolerance of density parameters derived from the masses in a snapshot header: headers
/// round their numbers, and 93.14 eV against 93.04 eV is 1e-3 of Omega_nu.
inline constexpr double omega_tolerance = 1e-3;

/// Mass of one of n^3 particles that carry the density parameter Omega in a box, 1e10 Msun/h.
[[nodiscard]] double particle_mass_1e10_msunh(double Omega, double box_size_mpch, std::size_t n);

/// Density parameter of the particles of one type; zero if the header does not give their mass.
[[nodiscard]] double omega_of_type(const Header& header, int type);

/// Box header with what a Gadget header contains: box, redshift, Omega_m, h, n if the number of CDM
/// particles is a cube (else zero), and the neutrino mass that corresponds to Omega_m minus the
/// density of the CDM particles. Rank-local.
[[nodiscard]] io::FieldHeader particle_header(const Header& header);

}  // namespace nubox::gadget
