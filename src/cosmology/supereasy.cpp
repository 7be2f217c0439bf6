#include "supereasy.hpp"

#include "nubox/core/units.hpp"

#include "neutrinos.hpp"

#include <cmath>

namespace nubox::cosmology {

double supereasy_ratio(const Background& background, double k_hmpc, double a) {
  constexpr double zeta3 = 1.2020569031595943;
  const Parameters& p = background.parameters();
  const double mass_eV = p.M_nu_eV / 3;
  const double speed_kms = units::light_kms * std::sqrt(3 * zeta3 / (2 * std::log(2.0))) *
                           neutrino_temperature_eV(p) / mass_eV;
  const double k_fs = std::sqrt(1.5 * p.Omega_m * a) * units::hubble_kms_per_mpch / speed_kms;
  const double f_nu = background.f_nu();
  const double sum = k_hmpc + k_fs;
  return k_fs * k_fs * (1 - f_nu) / (sum * sum - f_nu * k_fs * k_fs);
}

}  // namespace nubox::cosmology
