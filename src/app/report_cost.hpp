#pragma once

#include "nubox/core/run_cost.hpp"
#include "nubox/par/comm.hpp"

namespace nubox::app {

/// Logs memory, time and storage of a run, for --dry-run. Collective.
void report_cost(const par::Comm& world, const RunCost& cost);

}  // namespace nubox::app
