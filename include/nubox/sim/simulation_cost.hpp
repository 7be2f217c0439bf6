#pragma once

#include "nubox/core/run_cost.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/sim/simulate.hpp"

#include <cstddef>

namespace nubox::sim {

/// Cost of `boxes` runs with the same options, one after the other, for example three masses for
/// each of four seeds. The time is that of PM runs. `theory` as in memory_estimate. Rank-local.
[[nodiscard]] RunCost simulation_cost(const par::Comm& comm, const SimulationOptions& options,
                                      const cosmology::LinearTheory& theory, std::size_t boxes);

/// Size of the field files of `boxes` runs, bytes. Rank-local.
[[nodiscard]] double output_bytes(const SimulationOptions& options, std::size_t boxes);

}  // namespace nubox::sim
