#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/box.hpp"
#include "nubox/io/field_header.hpp"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nubox::snapshot {

/// Result of one check of an imported field, with its numbers.
struct Check {
  std::string text;
  bool passed = true;
};

/// Mean displacement per axis, in cells. Collective.
[[nodiscard]] std::array<double, 3> mean_cells(const field::LatticeField& displacement_mpch);

/// The lattice offset per axis from the mean displacement: 0 or 1/2 cell if the mean is within 3e-3
/// cells of it (truncated Quijote positions shift the mean by 1.3e-3), else none. In a periodic box
/// the mean displacement from the initial positions vanishes.
[[nodiscard]] std::array<std::optional<double>, 3> offset_of(const std::array<double, 3>& mean);

/// Linear-theory rms displacement per axis in a periodic box of n^3 particles, and its scatter
/// between realisations, in Mpc/h.
struct ExpectedRms {
  double mpch = 0, scatter_mpch = 0;
};
/// ExpectedRms at scale factor a: sum over the modes of the box up to the Nyquist wavenumber.
[[nodiscard]] ExpectedRms expected_rms(const cosmology::LinearTheory& theory, double a,
                                       double box_size_mpch, std::size_t n);

/// The same for a box, from linear tables in a directory; none, with the reason in the log, if the
/// tables do not belong to its cosmology. Collective. @throws FileSystemError (agreed)
[[nodiscard]] std::optional<ExpectedRms> expected_rms(const par::Comm& comm,
                                                      const std::filesystem::path& tables,
                                                      const io::FieldHeader& header);

/// Checks that detect a wrong map from particles to sites, wrong units or a wrong redshift (a wrong
/// map gives displacements of the order of the box size, or uncorrelated neighbours):
/// - rms displacement per axis below 0.2 box sizes (random sites: 0.29) and near `expected` if
/// given;
/// - displacements of neighbouring sites along each axis are correlated by more than 0.5 (random
///   sites: 0);
/// - regression of u = v/(100 a E) on large-scale displacements gives the growth rate
///   Omega_m(a)^0.55, which detects a missing sqrt(a) or a factor of 1000 in the velocities.
///
/// @param displacement_mpch  with the lattice offset already subtracted
/// @param velocity_kms       may be null
/// Collective.
[[nodiscard]] std::vector<Check> self_checks(const field::LatticeField& displacement_mpch,
                                             const field::LatticeField* velocity_kms,
                                             double redshift, double Omega_m,
                                             const std::optional<ExpectedRms>& expected);

/// Logs every check of an import; the checks must be equal on all ranks.
///
/// @param map  name of the map from particles to sites, for the message
/// Collective. @throws InputError (agreed) with the numbers of those that failed
void require_passed(const par::Comm& comm, const std::vector<Check>& checks,
                    const std::string& map);

/// Whether a box comes from another program than `nubox simulate`, whose small boxes may scatter by
/// more than the checks allow.
[[nodiscard]] bool is_foreign(const io::FieldHeader& header);

/// Warns of the self_checks that a foreign box fails, with their numbers.
///
/// @param theory  of the cosmology of the box, for the expected rms displacement
/// @param name    of the box, for the message
/// Collective.
void warn_of_failed_checks(const field::Box& box, const cosmology::LinearTheory& theory,
                           const std::string& name);

}  // namespace nubox::snapshot
