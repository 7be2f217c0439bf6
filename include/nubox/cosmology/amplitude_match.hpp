#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/cosmology/parameters.hpp"

#include <string>

/// Amplitudes of the two boxes of a pair.
namespace nubox::cosmology {

/// What a massive box has in common with its massless twin: the primordial amplitude A_s (the
/// paper, HADES), or the linear sigma8 at z = 0 of all matter (Quijote) or of CDM and baryons
/// alone.
enum class AmplitudeMatch { A_s, sigma8, sigma8_cb };

[[nodiscard]] std::string name_of(AmplitudeMatch match);

/// Linear sigma8 at z = 0 of all matter and of CDM and baryons, by the growth equations of the
/// simulator with the neutrino response of the tables.
struct Sigma8 {
  double total = 0, cb = 0;
};
/// Rank-local. @throws InputError if the tables do not cover the mass
[[nodiscard]] Sigma8 sigma8_today(const Parameters& parameters, const LinearTables& tables);

/// Parameters of the massive twin: those of the massless box with the neutrino mass, and the A_s at
/// which it has the named amplitude in common with the massless box. Without neutrino mass A_s does
/// not change. Rank-local. @throws InputError if the tables do not cover the mass
[[nodiscard]] Parameters twin_parameters(const Parameters& massless, const LinearTables& tables,
                                         double M_nu_eV, AmplitudeMatch match);

}  // namespace nubox::cosmology
