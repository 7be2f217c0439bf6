#include "nubox/cosmology/neutrino_omega.hpp"

#include "nubox/core/units.hpp"

namespace nubox::cosmology {

double neutrino_omega(double M_nu_eV, double h) {
  return M_nu_eV / units::neutrino_eV_per_Omega_h2 / (h * h);
}

double neutrino_mass_eV(double Omega_nu, double h) {
  return Omega_nu * units::neutrino_eV_per_Omega_h2 * h * h;
}

}  // namespace nubox::cosmology
