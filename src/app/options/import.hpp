#pragma once

#include "nubox/config/config.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/snapshot/import.hpp"
#include "nubox/snapshot/imported_header.hpp"

#include <cstddef>

namespace nubox::app {

/// reader_options() for the initial conditions, whose redshift is another. Rank-local.
[[nodiscard]] gadget::ReaderOptions ics_reader_options(const config::Config& config);

/// Numbers of the header that the configuration gives. Rank-local.
[[nodiscard]] snapshot::SuppliedHeader supplied_header(const config::Config& config);

/// Map from particles to sites; without initial conditions and expected displacements. Rank-local.
[[nodiscard]] snapshot::ImportOptions import_options(const config::Config& config);

/// Points per side of the mesh of neutrinos for a box of n^3 particles; 0: none. Rank-local.
[[nodiscard]] std::size_t neutrino_mesh(const config::Config& config, std::size_t n);

/// Refuses options that contradict each other or the snapshot, before particles are read.
/// Rank-local. @throws UsageError, InputError
void require_importable(const config::Config& config, const gadget::Header& header);

}  // namespace nubox::app
