#pragma once

/// Units of the program: comoving lengths in Mpc/h, wavenumbers in h/Mpc, peculiar velocities in
/// km/s, masses of neutrinos in eV. Momentum p = a^2 dx/dt / H0 is in Mpc/h.
namespace nubox::units {

inline constexpr double pi = 3.14159265358979323846;
/// H0 in km/s per Mpc/h.
inline constexpr double hubble_kms_per_mpch = 100.0;
/// Speed of light, km/s (exact).
inline constexpr double light_kms = 299792.458;
/// Sum of the masses of three neutrino species over Omega_nu h^2, eV: the constant of the HADES and
/// Quijote simulations.
inline constexpr double neutrino_eV_per_Omega_h2 = 93.14;
/// Critical density in (Msun/h)/(Mpc/h)^3.
inline constexpr double critical_density = 27.7536627e10;

/// Peculiar velocity v = a dx/dt = 100 p / a of a momentum p = a^2 dx/dt / H0.
[[nodiscard]] constexpr double velocity_kms(double momentum_mpch, double a) {
  return hubble_kms_per_mpch * momentum_mpch / a;
}
/// Inverse of velocity_kms.
[[nodiscard]] constexpr double momentum_mpch(double velocity_kms_value, double a) {
  return velocity_kms_value * a / hubble_kms_per_mpch;
}
/// Scale factor of a redshift.
[[nodiscard]] constexpr double scale_factor(double redshift) { return 1.0 / (1.0 + redshift); }

}  // namespace nubox::units
