#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/lattice_field.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace nubox::snapshot {

/// One statement about an imported field, with its numbers.
struct Check {
  std::string text;
  bool passed = true;
};

/// Mean displacement per axis, in cells. Collective.
[[nodiscard]] std::array<double, 3> mean_cells(const field::LatticeField& displacement_mpch);

/// The lattice offset that a mean displacement tells: 0 or 1/2 cell, where one of both is nearer
/// than 3e-3 cell (truncated Quijote positions shift the mean by 1.3e-3); none otherwise. Particles
/// of a periodic box have no mean displacement from where they started.
[[nodiscard]] std::array<std::optional<double>, 3> offset_of(const std::array<double, 3>& mean);

/// What linear theory expects of the rms displacement per axis in a periodic box of n^3 particles,
/// and its scatter between realisations (few modes carry it).
struct ExpectedRms {
  double mpch = 0, scatter_mpch = 0;
};
/// Sum over the modes of the box up to the Nyquist wavenumber.
[[nodiscard]] ExpectedRms expected_rms(const cosmology::LinearTheory& theory, double a,
                                       double box_size_mpch, std::size_t n);

/// What shows a wrong map from particles to sites, wrong units or a wrong epoch (a wrong map gives
/// displacements of the order of the box, or neighbours that have nothing to do with each other):
/// - rms displacement per axis below 0.2 box sizes (random sites give 0.29) and, where linear
///   theory is known, near its expectation;
/// - neighbouring sites along each axis move together: correlation above 0.5 (scrambled: 0);
/// - velocities: u = v/(100 a E) regressed on large-scale displacements gives the growth rate
///   Omega_m(a)^0.55, by which a lost sqrt(a) or a factor of 1000 is seen.
/// `expected` may be empty. Offsets must have been taken out. Collective.
[[nodiscard]] std::vector<Check> self_checks(const field::LatticeField& displacement_mpch,
                                             const field::LatticeField* velocity_kms,
                                             double redshift, double Omega_m,
                                             const std::optional<ExpectedRms>& expected);

}  // namespace nubox::snapshot
