#pragma once

#include "nubox/stats/halo_clustering.hpp"

#include "stats/table_group.hpp"

#include <vector>

namespace nubox::stats {

/// Measures spectra and pairwise velocities of the haloes of all sides, and adds them to the group
/// "haloes/power" and, for boxes with velocities, "haloes/pairs". `catalogues` by side. Collective.
void add_halo_clustering(SharedMeshes& shared, const std::vector<HaloCatalogue>& catalogues,
                         const HaloOptions& options, const MultipoleOptions& redshift_space,
                         io::TableFile& table);

}  // namespace nubox::stats
