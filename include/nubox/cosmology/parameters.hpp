#pragma once

#include <array>
#include <string>

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

  bool operator==(const Parameters&) const = default;
};

/// A parameter with its name in files and options.
struct ParameterField {
  const char* name;
  double Parameters::*member;
};

/// Parameters that the headers of boxes and models contain.
inline constexpr std::array<ParameterField, 6> parameter_fields{{
    {"Omega_m", &Parameters::Omega_m},
    {"Omega_b", &Parameters::Omega_b},
    {"h", &Parameters::h},
    {"n_s", &Parameters::n_s},
    {"A_s", &Parameters::A_s},
    {"M_nu_eV", &Parameters::M_nu_eV},
}};

/// Relative difference that is attributed to rounding in the files of other programs. It changes
/// P(k) by about as much, less than boxes can measure.
inline constexpr double parameter_tolerance = 1e-4;

/// True if two numbers differ by more than parameter_tolerance, relative to the larger one.
[[nodiscard]] bool differ(double a, double b);

/// The first of parameter_fields in which two cosmologies differ; the neutrino mass is not
/// compared, since the boxes of a matched pair differ in it. Null if they are equal.
[[nodiscard]] const ParameterField* first_difference(const Parameters& a, const Parameters& b);

/// Refuses a file whose cosmology is not the configured one. Rank-local.
/// @throws InputError naming the file and both values
void require_same(const Parameters& of_file, const Parameters& configured, const std::string& file);

}  // namespace nubox::cosmology
