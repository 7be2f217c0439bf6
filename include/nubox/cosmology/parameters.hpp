#pragma once

namespace nubox::cosmology {

/// A flat cosmology with three degenerate neutrinos of total mass M_nu. Omega_m contains them.
/// Defaults: the paper's (HADES) cosmology.
struct Parameters {
  double Omega_m = 0.3175;
  double Omega_b = 0.049;
  double h = 0.6711;
  double n_s = 0.9624;
  double A_s = 2.13e-9;  ///< at k = 0.05 / Mpc
  double T_cmb_K = 2.7255;
  double N_eff = 3.046;
  double M_nu_eV = 0.0;

  [[nodiscard]] Parameters with_mass(double mass_eV) const {
    Parameters copy = *this;
    copy.M_nu_eV = mass_eV;
    return copy;
  }
};

}  // namespace nubox::cosmology
