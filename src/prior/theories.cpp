#include "nubox/prior/theories.hpp"

#include "nubox/core/units.hpp"

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
  const cosmology::LinearTheory& massless = other.massless;
  return {massless, cosmology::LinearTheory(massless.parameters().with_mass(M_nu_eV), tables,
                                            neutrino_source, massless.a_out())};
}

}  // namespace nubox::prior
