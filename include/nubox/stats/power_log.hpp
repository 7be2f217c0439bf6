#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <vector>

namespace nubox::stats {

/// Writes a text file with the power spectra of simulated boxes: for every box P_cb(k), (Mpc/h)^3,
/// from CIC on the mesh of the particle lattice, linear theory, and the ratio of both. Columns: k
/// [h/Mpc], modes, P, P_linear, P/P_linear.
///
/// @param parameters  of the simulation; the neutrino mass is that of each box
/// Collective. @throws InputError, FileSystemError (agreed)
void write_power_log(const par::Comm& comm, const std::filesystem::path& path,
                     const std::vector<std::filesystem::path>& boxes,
                     const cosmology::Parameters& parameters,
                     const cosmology::LinearTables& tables);

}  // namespace nubox::stats
