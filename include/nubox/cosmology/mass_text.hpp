#pragma once

#include <string>
#include <vector>

namespace nubox::cosmology {

/// "0.150": a sum of neutrino masses in eV, as in file names.
[[nodiscard]] std::string mass_text(double M_nu_eV);

/// @throws UsageError naming the option if a file name would lose digits of a mass
void require_writable_masses(const std::vector<double>& masses_eV, const std::string& option);

}  // namespace nubox::cosmology
