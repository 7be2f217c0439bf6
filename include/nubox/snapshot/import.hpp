#pragma once

#include "nubox/field/box.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/snapshot/self_checks.hpp"

#include <optional>

namespace nubox::snapshot {

/// How a particle finds its Lagrangian site: from its initial conditions (joined by ID), by a known
/// numbering, or by the first of these that holds.
enum class MapChoice { automatic, ics, tiles, row_major };

struct ImportOptions {
  MapChoice id_map = MapChoice::automatic;
  std::size_t tile = 64;                  ///< of MapChoice::tiles
  const gadget::Snapshot* ics = nullptr;  ///< initial conditions, if there are any
  std::optional<ExpectedRms> expected{};  ///< what the rms displacement is held against
};

/// The CDM particles of a snapshot on their Lagrangian lattice: displacement x - q and velocity.
/// Every rank reads its share; particles travel to the rank that owns their site, block by block.
///
/// A numbering is chosen by evidence (smallest rms displacement of a first sample of particles
/// among the maps whose IDs would cover the snapshot's) and proven on the whole box: every site
/// filled once, mean displacement 0 or 1/2 cell per axis (the lattice offset, which is taken out
/// and recorded), and self_checks. All numbers are logged. `header` gives the cosmology; box, n,
/// redshift, offset, origin and evidence are filled in. Collective.
/// @throws InputError (agreed) with the numbers of whatever does not hold
[[nodiscard]] field::Box import_cdm(const par::Comm& comm, const gadget::Snapshot& snapshot,
                                    io::FieldHeader header, const ImportOptions& options);

/// Number of particles per side. @throws InputError unless the CDM particles are a cube
[[nodiscard]] std::size_t lattice_n(const gadget::Header& header);

/// Density contrast of the neutrino particles on a mesh of `mesh_n`^3 points (cloud in cell), as
/// [1][count][M][M]. Collective. @throws InputError (agreed) for a snapshot without them
[[nodiscard]] field::LatticeField import_neutrinos(const par::Comm& comm,
                                                   const gadget::Snapshot& snapshot,
                                                   std::size_t mesh_n);

}  // namespace nubox::snapshot
