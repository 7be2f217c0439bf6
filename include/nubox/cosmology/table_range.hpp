#pragma once

#include "nubox/cosmology/linear_tables.hpp"

#include <cstddef>

namespace nubox::cosmology {

/// Warns if the tables end below the Nyquist wavenumber of n^3 particles in a box: above their end
/// T_cb is a power law and T_nu/T_cb constant. Call on all ranks alike.
void warn_of_extrapolation(const LinearTables& tables, double box_size_mpch, std::size_t n);

}  // namespace nubox::cosmology
