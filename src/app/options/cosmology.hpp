#pragma once

#include "nubox/config/config.hpp"
#include "nubox/cosmology/amplitude_match.hpp"
#include "nubox/cosmology/linear_tables.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>

namespace nubox::app {

/// The [cosmology] section, without a neutrino mass. Rank-local.
[[nodiscard]] cosmology::Parameters cosmology_parameters(const config::Config& config);

/// Value of predict.match or simulate.match. Rank-local.
[[nodiscard]] cosmology::AmplitudeMatch amplitude_match(const config::Config& config,
                                                        const char* key);

/// Directory of the linear tables. Rank-local. @throws FileSystemError if there is none
[[nodiscard]] std::filesystem::path tables_directory(const config::Config& config);

/// Linear tables of the configured cosmology. Collective. @throws InputError, FileSystemError
/// (agreed)
[[nodiscard]] cosmology::LinearTables load_tables(const par::Comm& comm,
                                                  const config::Config& config);

}  // namespace nubox::app
