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
  /// True if both boxes are the same.
  [[nodiscard]] bool are_equal() const { return massive.parameters() == massless.parameters(); }
  [[nodiscard]] double A_s_ratio() const {
    return massive.parameters().A_s / massless.parameters().A_s;
  }
  [[nodiscard]] bool have_same_amplitude() const { return A_s_ratio() == 1; }
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
/// The same for a massive cosmology that may differ in A_s as well; the theory of the input is
/// shared with `other`.
[[nodiscard]] Theories make_theories(const Theories& other, const cosmology::LinearTables& tables,
                                     const cosmology::Parameters& massive);

/// Theories of a pair: `parameters` without and with the neutrino mass of `massive_header`, whose
/// A_s has the ratio of the two headers. Rank-local. @throws as above
[[nodiscard]] Theories make_theories(const cosmology::Parameters& parameters,
                                     const cosmology::LinearTables& tables,
                                     const io::FieldHeader& massless_header,
                                     const io::FieldHeader& massive_header);

/// ln R(k) over that of a twin with the same A_s: one for such twins. Effects of neutrinos on
/// non-linear structure go as this logarithm at the k of the rewind. Rank-local, for a positive
/// mass.
[[nodiscard]] double relative_effect(const Theories& theories, double k_hmpc);

/// True if the amplitudes at k are so similar that a calibration, which goes as the logarithm of
/// their ratio, has nothing to go by. Rank-local.
[[nodiscard]] bool is_uncalibratable(const Theories& theories, double k_hmpc);

}  // namespace nubox::prior
