#pragma once

#include "nubox/config/config.hpp"
#include "nubox/snapshot/import_run.hpp"

namespace nubox::app {

/// Numbers of the header that the configuration gives. Rank-local.
[[nodiscard]] snapshot::SuppliedHeader supplied_header(const config::Config& config);

/// Map from particles to sites; without initial conditions and expected displacements. Rank-local.
[[nodiscard]] snapshot::ImportOptions import_options(const config::Config& config);

/// Everything that the command import does. Rank-local. @throws UsageError, InputError
[[nodiscard]] snapshot::ImportRequest import_request(const config::Config& config);

}  // namespace nubox::app
