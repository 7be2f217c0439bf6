#pragma once

#include "nubox/config/config.hpp"
#include "nubox/sim/simulate.hpp"

namespace nubox::app {

/// Options of one run from [box] and [simulate], without its seed. Rank-local.
/// @throws UsageError if it gives both a number of steps and an accuracy
[[nodiscard]] sim::SimulationOptions simulation_options(const config::Config& config);

/// Opens simulate.ics, if it is given, and completes the options by its header. Collective.
/// @throws UsageError for options that contradict it, and as sim::open_ics() (agreed)
void take_ics(const par::Comm& comm, const config::Config& config,
              const cosmology::Parameters& parameters, sim::SimulationOptions& options);

}  // namespace nubox::app
