#pragma once

#include "nubox/field/box.hpp"
#include "nubox/gadget/snapshot_writer.hpp"

namespace nubox::snapshot {

/// Writes the particles of a box as a Gadget snapshot of CDM (type 1).
///
/// Particles are in lattice order, row-major, with IDs from 1, so that an import by row-major IDs
/// reproduces the displacements within the rounding of float positions in kpc/h. The header follows
/// Quijote: Omega_Lambda = 1 - Omega_m, particles that carry Omega_cb. All attributes of the box go
/// to /Nubox (HDF5 only).
///
/// @param files  number of files of the set; 0: as few as keep each block below 1 GiB
/// @return       the files appear under their names when this publication is finished
/// Collective on the communicator of the box.
/// @throws InputError for a box without velocities, UsageError, FileSystemError; agreed
io::Publication export_snapshot(const field::Box& box, const std::filesystem::path& base,
                                gadget::Format format, std::size_t files);

}  // namespace nubox::snapshot
