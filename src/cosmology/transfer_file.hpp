#pragma once

#include "nubox/cosmology/parameters.hpp"

#include <string>
#include <utility>
#include <vector>

namespace nubox::cosmology {

/// Contents of a transfer file: k ascending, redshifts ascending, T[z][k].
struct TransferFile {
  std::vector<double> k_hmpc;
  std::vector<double> redshifts;
  std::vector<double> T_cb;
  std::vector<double> T_nu;  ///< empty in a massless file

  [[nodiscard]] std::size_t index(std::size_t z, std::size_t k) const {
    return z * k_hmpc.size() + k;
  }
};

/// Parses and checks the text of `name`: columns named in the header, finite positive T_cb,
/// ascending k.
/// @throws InputError naming file, row and column
[[nodiscard]] TransferFile parse_transfer(const std::string& text, const std::string& name,
                                          bool massive);

/// Contents of cosmology.ini: the parameters and, for each mass, sigma8 of cb at z = 0 if stated.
struct TableCosmology {
  Parameters parameters;
  std::vector<std::pair<double, double>> sigma8_cb;  ///< (M_nu in eV, sigma8)
};

/// @throws InputError naming the missing or malformed key
[[nodiscard]] TableCosmology parse_cosmology(const std::string& text, const std::string& name);

/// Compares the parameters on which transfer functions depend; A_s and n_s may differ.
/// @throws InputError naming the parameter and both numbers if one differs by more than 1e-3
void require_same_cosmology(const Parameters& tables, const Parameters& expected,
                            const std::string& name);

}  // namespace nubox::cosmology
