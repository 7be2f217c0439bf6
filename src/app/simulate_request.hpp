#pragma once

#include "nubox/config/config.hpp"
#include "nubox/sim/simulate.hpp"

/// What a configuration asks of `simulate`.
namespace nubox::app {

/// One realisation as [box] and [simulate] describe it; the seed is the caller's. Rank-local.
[[nodiscard]] sim::SimulationOptions simulation_options(const config::Config& config);

}  // namespace nubox::app
