#pragma once

#include "nubox/config/config.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/sim/simulate.hpp"

#include <filesystem>

namespace nubox::app {

/// One realisation as [box] and [simulate] describe it, without its seed. Rank-local.
[[nodiscard]] sim::SimulationOptions simulation_options(const config::Config& config);

/// Opens simulate.ics, if it is given, and completes the options by its header. Collective.
/// @throws UsageError for options that contradict it, and as sim::open_ics() (agreed)
void take_ics(const par::Comm& comm, const config::Config& config,
              const cosmology::Parameters& parameters, sim::SimulationOptions& options);

/// When a run in `out` writes checkpoints and when it stops. Rank-local.
[[nodiscard]] par::StepControl::Options step_control_options(const config::Config& config,
                                                             const std::filesystem::path& out);

}  // namespace nubox::app
