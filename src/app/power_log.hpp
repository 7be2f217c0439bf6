#pragma once

#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <vector>

namespace nubox::app {

/// power.txt of a pair: P_cb(k) of every box beside linear theory and their ratio, as a first look
/// at a simulation. Collective.
void write_power_log(const par::Comm& world, const std::filesystem::path& path,
                     const std::vector<std::filesystem::path>& boxes,
                     const cosmology::Parameters& parameters,
                     const cosmology::LinearTables& tables);

}  // namespace nubox::app
