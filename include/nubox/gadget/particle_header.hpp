#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_header.hpp"

#include <cstddef>
#include <string>

namespace nubox::gadget {

/// Relative tolerance of density parameters derived from the masses in a snapshot header: headers
/// round their numbers, and 93.14 eV against 93.04 eV is 1e-3 of Omega_nu.
inline constexpr double omega_tolerance = 1e-3;

/// Mass of one of n^3 particles that carry the density parameter Omega in a box, 1e10 Msun/h.
[[nodiscard]] double particle_mass_1e10_msunh(double Omega, double box_size_mpch, std::size_t n);

/// Density parameter of the particles of one type; zero if the file does not give their mass.
[[nodiscard]] double omega_of_type(const Header& header, int type);

/// Density parameters of the particles of a snapshot; zero for what it does not contain.
struct ParticleContent {
  double Omega_cdm = 0, Omega_nu = 0;
  double Omega_others = 0;  ///< gas, stars and whatever else is neither CDM nor neutrinos
  bool complete = true;     ///< the masses of all particles are known
};
[[nodiscard]] ParticleContent content_of(const Header& header);

/// "cold dark matter", "neutrinos", "gas", "stars", "black holes" or "other particles".
[[nodiscard]] std::string type_name(const Header& header, int type);
/// "type 0 (gas): 4096 particles, Omega = 0.049" for each type that is neither CDM nor neutrinos;
/// empty if there is none.
[[nodiscard]] std::string others_text(const Header& header);

/// Whether the particles of a type have one mass, up to rounding, or none is known.
[[nodiscard]] bool have_equal_masses(const Header& header, int type);
/// For work that counts every particle as one.
/// @throws InputError naming `where`, the type and the ratio of its masses
void require_equal_masses(const Header& header, int type, const std::string& where);

/// Box header with what a Gadget header contains: box, redshift, Omega_m, h, n if the number of CDM
/// particles is a cube (else zero), and the neutrino mass: the stated one, else that of the
/// neutrino particles, else the one that corresponds to Omega_m minus the density of all particles.
/// Rank-local.
[[nodiscard]] io::FieldHeader particle_header(const Header& header);

}  // namespace nubox::gadget
