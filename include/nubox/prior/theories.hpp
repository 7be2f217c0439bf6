#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/io/field_header.hpp"

namespace nubox::prior {

/// Linear theory of the two cosmologies of a prediction, both at the redshift of the input.
struct Theories {
  cosmology::LinearTheory massless;
  cosmology::LinearTheory massive;
  /// Amplitude ratio R(k) at the redshift of the input.
  [[nodiscard]] double amplitude_ratio(double k_hmpc) const {
    return cosmology::amplitude_ratio(massive, massless, k_hmpc);
  }
  /// Wavenumber that defines the small-scale limit of R(k), which still changes by 1e-3 between k =
  /// 3 and 10 h/Mpc.
  static constexpr double k_small_scale_hmpc = 3;
  [[nodiscard]] double small_scale_ratio() const { return amplitude_ratio(k_small_scale_hmpc); }
};

/// Theories of a massless input and of the same cosmology with neutrinos of total mass M_nu_eV,
/// with the neutrino response of the tables.
///
/// @param parameters      of both cosmologies; their M_nu_eV is ignored
/// @param massless_input  header of the input, which gives the redshift
/// Rank-local. @throws InputError if the tables do not cover the mass or the redshift
[[nodiscard]] Theories make_theories(const cosmology::Parameters& parameters,
                                     const cosmology::LinearTables& tables,
                                     const io::FieldHeader& massless_input, double M_nu_eV);
/// The same for another mass; the theory of the input is shared with `other`.
[[nodiscard]] Theories make_theories(const Theories& other, const cosmology::LinearTables& tables,
                                     double M_nu_eV);

}  // namespace nubox::prior
