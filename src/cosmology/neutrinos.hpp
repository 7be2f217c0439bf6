#pragma once

#include "nubox/cosmology/parameters.hpp"

namespace nubox::cosmology {

/// Temperature of massive neutrinos over that of photons; gives sum m / (Omega_nu h^2) = 93.14 eV.
inline constexpr double neutrino_temperature_ratio = 0.71611;
inline constexpr double boltzmann_eV_per_K = 8.617333262e-5;

/// Neutrino temperature today in eV (1.68189e-4 for T_cmb = 2.7255 K).
[[nodiscard]] inline double neutrino_temperature_eV(const Parameters& parameters) {
  return boltzmann_eV_per_K * neutrino_temperature_ratio * parameters.T_cmb_K;
}

/// F(y) = int x^2 sqrt(x^2 + y^2) / (e^x + 1) dx over x >= 0: energy density of one neutrino
/// species with m a / T0 = y, and dlnF/dlny.
[[nodiscard]] double fermi_energy(double y);
[[nodiscard]] double fermi_energy_slope(double y);

}  // namespace nubox::cosmology
