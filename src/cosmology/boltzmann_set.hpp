#pragma once

#include "nubox/cosmology/background.hpp"

#include "boltzmann_file.hpp"
#include "transfer_file.hpp"

#include <string>
#include <vector>

namespace nubox::cosmology {

/// The transfer functions of one mass from a Boltzmann code's files, one per redshift in any order:
/// T_cb = (Omega_b T_b + Omega_cdm T_cdm)/Omega_cb, and T_nu for a massive `background`.
///
/// @param name  of the directory, for messages
/// @throws InputError if a redshift is missing at z = 0 or given twice, if the files have other k,
///         or if the total column implies another neutrino mass than that of the background (> 1e-3
///         eV)
[[nodiscard]] TransferFile assemble_transfer(std::vector<BoltzmannFile> files,
                                             const Background& background, const std::string& name);

}  // namespace nubox::cosmology
