#pragma once

#include "nubox/field/box.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/snapshot/outliers.hpp"
#include "nubox/snapshot/self_checks.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace nubox::snapshot {

/// Source of the Lagrangian sites of particles: initial conditions (matched by ID), a known
/// numbering, or automatic: initial conditions if given, else the numbering with the smallest
/// displacements.
enum class MapChoice { automatic, ics, tiles, row_major };

struct ImportOptions {
  MapChoice id_map = MapChoice::automatic;
  std::size_t tile = 64;                  ///< for MapChoice::tiles
  const gadget::Snapshot* ics = nullptr;  ///< initial conditions; may be null
  std::optional<ExpectedRms> expected{};  ///< expected rms displacement; none: not checked
  OutlierChoice outliers = OutlierChoice::refuse;
};

/// The CDM particles of a snapshot on their Lagrangian lattice: displacement x - q (Mpc/h) and
/// velocity (km/s).
///
/// Every rank reads its share of the particles and sends them, block by block, to the rank that
/// owns their site. Among the numberings whose IDs cover those of the snapshot, the one with the
/// smallest rms displacement of a sample is chosen. It is then verified on the whole box: every
/// site filled exactly once, mean displacement 0 or 1/2 cell per axis (the lattice offset, which is
/// subtracted and recorded), no particle far from its neighbours (check_outliers), and self_checks.
/// All numbers are logged.
///
/// @param header  gives the cosmology; box, n, redshift, offset and origin are set here
/// Collective on `comm`.
/// @throws InputError (agreed) with the numbers of the checks that failed
[[nodiscard]] field::Box import_cdm(const par::Comm& comm, const gadget::Snapshot& snapshot,
                                    io::FieldHeader header, const ImportOptions& options);

/// Memory of a rank for the import of n^3 particles, with a mesh of neutrinos (points per side; 0:
/// none), bytes. Rank-local.
[[nodiscard]] std::uint64_t import_bytes(const par::Comm& comm, std::size_t n, bool with_ics,
                                         std::size_t neutrino_mesh);

/// Number of particles per side. @throws InputError unless the number of CDM particles is a cube
[[nodiscard]] std::size_t lattice_n(const gadget::Header& header);

/// Density contrast of the neutrino particles on a mesh of `mesh_n`^3 points (cloud in cell), as
/// [1][count][M][M]. Collective. @throws InputError (agreed) for a snapshot without neutrinos
[[nodiscard]] field::LatticeField import_neutrinos(const par::Comm& comm,
                                                   const gadget::Snapshot& snapshot,
                                                   std::size_t mesh_n);

}  // namespace nubox::snapshot
