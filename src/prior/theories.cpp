#include "nubox/prior/theories.hpp"

#include "nubox/core/units.hpp"

#include <cmath>

namespace nubox::prior {
namespace {

constexpr auto neutrino_source = cosmology::NeutrinoSource::table;

}  // namespace

Theories make_theories(const cosmology::Parameters& parameters,
                       const cosmology::LinearTables& tables, const io::FieldHeader& massless_input,
                       double M_nu_eV) {
  const double a = units::scale_factor(massless_input.redshift);
  const cosmology::LinearTheory massless(parameters.with_mass(0), tables, neutrino_source, a);
  return make_theories({massless, massless}, tables, M_nu_eV);
}

Theories make_theories(const Theories& other, const cosmology::LinearTables& tables,
                       double M_nu_eV) {
  return make_theories(other, tables, other.massless.parameters().with_mass(M_nu_eV));
}

Theories make_theories(const Theories& other, const cosmology::LinearTables& tables,
                       const cosmology::Parameters& massive) {
  const cosmology::LinearTheory& massless = other.massless;
  return {massless, cosmology::LinearTheory(massive, tables, neutrino_source, massless.a_out())};
}

Theories make_theories(const cosmology::Parameters& parameters,
                       const cosmology::LinearTables& tables,
                       const io::FieldHeader& massless_header,
                       const io::FieldHeader& massive_header) {
  const double a = massless_header.cosmology.A_s, b = massive_header.cosmology.A_s;
  cosmology::Parameters massive = parameters.with_mass(massive_header.cosmology.M_nu_eV);
  if (cosmology::differ(a, b)) massive.A_s *= b / a;
  return make_theories(make_theories(parameters, tables, massless_header, 0), tables, massive);
}

double relative_effect(const Theories& theories, double k_hmpc) {
  if (theories.have_same_amplitude()) return 1;
  const double effect = std::log(theories.amplitude_ratio(k_hmpc));
  return effect / (effect - std::log(theories.A_s_ratio()) / 2);
}

bool is_uncalibratable(const Theories& theories, double k_hmpc) {
  constexpr double least_effect = 0.005;  // 0.03 eV at equal A_s: 0.007
  return std::abs(std::log(theories.amplitude_ratio(k_hmpc))) < least_effect;
}

}  // namespace nubox::prior
