#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/sim/pm_force.hpp"
#include "nubox/sim/simulate.hpp"

#include <cstdint>

namespace nubox::sim {

/// Memory that one rank of a run allocates in each stage, bytes. Per particle, at mesh 2N: 24 for
/// displacement and momentum, 24 more for the orders of perturbation theory in a COLA frame, 12 for
/// positions in mesh units, and 24 more for each that is sent to another rank; two force meshes are
/// 64.
struct MemoryEstimate {
  std::uint64_t initial_conditions_bytes = 0;
  std::uint64_t stepping_bytes = 0;
  std::uint64_t output_bytes = 0;
  [[nodiscard]] std::uint64_t peak_bytes() const;
};

/// Estimate for this rank. `theory` gives the displacements, which determine how many particles
/// leave their slabs. Rank-local.
[[nodiscard]] MemoryEstimate memory_estimate(
    const par::Comm& comm, const SimulationOptions& options, const cosmology::LinearTheory& theory,
    PmForce::Gradient gradient = PmForce::Gradient::transforms);

/// Refuses a run that does not fit. Collective.
/// @throws UsageError (agreed) that says how much is missing
void require_memory(const par::Comm& comm, const SimulationOptions& options,
                    const cosmology::LinearTheory& theory);

}  // namespace nubox::sim
