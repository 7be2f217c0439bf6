#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/stats/power.hpp"
#include "nubox/stats/shared_meshes.hpp"

namespace nubox::stats {

/// For boxes with a neutrino density, the group power/matter: spectra of CDM and baryons (cb), of
/// the neutrinos and of both together, delta_m = (1 - f_nu) delta_cb + f_nu delta_nu with f_nu =
/// M_nu / (93.14 eV h^2 Omega_m), on the mesh of the neutrinos. For a massless box total matter is
/// cb. A massive box without neutrino density has no total. T and r need both boxes. Collective.
/// @throws InputError (agreed) for neutrinos with an unknown window
void add_matter_power(SharedMeshes& shared, const PowerOptions& options, io::TableFile& table);

}  // namespace nubox::stats
