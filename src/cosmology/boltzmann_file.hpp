#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nubox::cosmology {

/// One transfer file of CAMB or CLASS: one mass, one redshift. T = -delta/k^2 with k in 1/Mpc
/// (CAMB's convention, to which CLASS's own format is converted), k ascending without repetitions.
struct BoltzmannFile {
  std::string name;
  double redshift = 0;
  std::vector<double> k_hmpc, T_cdm, T_baryon, T_photon, T_total;
  std::vector<double> T_nu;  ///< massive neutrinos; empty if the file has no such column
  /// CLASS's total with photons and massless neutrinos, not that of matter.
  bool total_with_radiation = false;
};

/// Reads CAMB transfer files of 7 or 13 columns, with or without header, and CLASS ones of `format
/// = class` and `format = camb`. If there is a header, it names the columns. The redshift is in the
/// header (CLASS), at the end of the file name (`..._z0.5.dat`, `..._99.dat`), or both.
///
/// @param text  the file
/// @param name  its path, for messages and for the redshift
/// @param h     Hubble parameter: k in h/Mpc to 1/Mpc
/// @throws InputError naming file, line and column: unknown layout, not finite numbers, repeated k
///         with different values, no redshift or two, columns that do not match their titles
///         (photons that cluster)
[[nodiscard]] BoltzmannFile parse_boltzmann(const std::string& text, const std::string& name,
                                            double h);

}  // namespace nubox::cosmology
