#include "nubox/cosmology/table_range.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"

namespace nubox::cosmology {

void warn_of_extrapolation(const LinearTables& tables, double box_size_mpch, std::size_t n) {
  const double nyquist_hmpc = units::pi * static_cast<double>(n) / box_size_mpch;
  if (tables.k_max_hmpc() >= nyquist_hmpc) return;
  log::warn_together(
      "the linear tables end at k = {:.4g} h/Mpc, below the Nyquist wavenumber {:.4g} h/Mpc of "
      "{}^3 "
      "particles in {:g} Mpc/h: beyond it they are extrapolated as a power law (cosmology.tables)",
      tables.k_max_hmpc(), nyquist_hmpc, n, box_size_mpch);
}

}  // namespace nubox::cosmology
