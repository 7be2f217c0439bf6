#include "nubox/gadget/particle_header.hpp"

#include "nubox/core/units.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"

#include <cmath>

namespace nubox::gadget {

double particle_mass_1e10_msunh(double Omega, double box_size_mpch, std::size_t n) {
  constexpr double unit_msunh = 1e10;
  const double spacing = box_size_mpch / static_cast<double>(n);
  return Omega * units::critical_density / unit_msunh * spacing * spacing * spacing;
}

double omega_of_type(const Header& header, int type) {
  const auto index = static_cast<std::size_t>(type);
  const double particles = static_cast<double>(header.counts[index]);
  return particles * header.mass_1e10_msunh[index] /
         particle_mass_1e10_msunh(1, header.box_size_mpch, 1);
}

io::FieldHeader particle_header(const Header& header) {
  io::FieldHeader box;
  box.box_size_mpch = header.box_size_mpch;
  const std::uint64_t count = header.counts[cdm_type];
  const auto n = static_cast<std::uint64_t>(std::llround(std::cbrt(static_cast<double>(count))));
  if (n * n * n == count) box.n = n;
  box.redshift = header.redshift;
  box.cosmology.Omega_m = header.Omega_m;
  box.cosmology.h = header.h;
  const double Omega_cdm = omega_of_type(header, cdm_type);
  const double rest = Omega_cdm > 0 ? header.Omega_m - Omega_cdm : 0;
  if (rest > omega_tolerance * header.Omega_m) {
    box.cosmology.M_nu_eV = cosmology::neutrino_mass_eV(rest, header.h);
  }
  return box;
}

}  // namespace nubox::gadget
