#pragma once

namespace nubox::cosmology {

/// Density parameter today of neutrinos of total mass M_nu: M_nu / (93.14 eV h^2), the constant of
/// the Quijote and HADES simulations.
[[nodiscard]] double neutrino_omega(double M_nu_eV, double h);

/// Inverse of neutrino_omega: the total mass in eV.
[[nodiscard]] double neutrino_mass_eV(double Omega_nu, double h);

}  // namespace nubox::cosmology
