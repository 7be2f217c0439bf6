#include "nubox/cosmology/amplitude_match.hpp"

#include "nubox/core/error.hpp"
#include "nubox/cosmology/linear_theory.hpp"

#include <cmath>

namespace nubox::cosmology {

std::string name_of(AmplitudeMatch match) {
  switch (match) {
    case AmplitudeMatch::A_s:
      return "A_s";
    case AmplitudeMatch::sigma8:
      return "sigma8";
    case AmplitudeMatch::sigma8_cb:
      return "sigma8_cb";
  }
  throw InternalError("amplitude without a name");
}

Sigma8 sigma8_today(const Parameters& parameters, const LinearTables& tables) {
  const LinearTheory today(parameters, tables, NeutrinoSource::table);
  return {.total = sigma8_total(today, 1), .cb = sigma8_cb(today, 1)};
}

Parameters twin_parameters(const Parameters& massless, const LinearTables& tables, double M_nu_eV,
                           AmplitudeMatch match) {
  Parameters twin = massless.with_mass(M_nu_eV);
  if (M_nu_eV == 0 || match == AmplitudeMatch::A_s) return twin;
  const Sigma8 wanted = sigma8_today(massless.with_mass(0), tables),
               found = sigma8_today(twin, tables);
  const double ratio =
      match == AmplitudeMatch::sigma8 ? wanted.total / found.total : wanted.cb / found.cb;
  twin.A_s *= ratio * ratio;  // sigma8 goes as the root of A_s
  return twin;
}

}  // namespace nubox::cosmology
