#pragma once

#include "nubox/field/box.hpp"
#include "nubox/gadget/snapshot_writer.hpp"

namespace nubox::snapshot {

/// Writes a field file's particles as a Gadget snapshot of CDM (type 1): in lattice order,
/// row-major, with IDs from 1, so that an import by row-major IDs gives the displacements back
/// within the rounding of float positions in kpc/h. The header is like Quijote's: Omega_Lambda =
/// 1 - Omega_m, particles of Omega_cb. All attributes of the field file go to /Nubox (HDF5). It
/// stands once the publication is finished. Collective.
/// @throws InputError for a box without velocities, UsageError, FileSystemError; agreed
io::Publication export_snapshot(const field::Box& snapshot, const std::filesystem::path& base,
                                gadget::Format format, std::size_t files);

/// Omega of neutrinos with a total mass: M / 93.14 eV / h^2, as Quijote and HADES count them.
[[nodiscard]] double neutrino_omega(double M_nu_eV, double h);
/// Its inverse, eV.
[[nodiscard]] double neutrino_mass_eV(double Omega_nu, double h);
/// Mass of one of n^3 particles that carry Omega in a box, 1e10 Msun/h.
[[nodiscard]] double particle_mass_1e10_msunh(double Omega, double box_size_mpch, std::size_t n);

}  // namespace nubox::snapshot
