#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/sim/simulate.hpp"

#include <cstdint>

namespace nubox::sim {

/// What one rank of a run allocates at each of its stages, bytes, beyond what the program holds
/// before. Per particle, at mesh 2N: 24 for displacement and momentum, 24 more for the orders of
/// perturbation theory in a COLA frame, 12 for positions in mesh units, and 24 more for each that
/// meets the mesh on another rank; two force meshes are 64.
struct MemoryEstimate {
  std::uint64_t initial_conditions_bytes = 0;
  std::uint64_t stepping_bytes = 0;
  std::uint64_t output_bytes = 0;
  [[nodiscard]] std::uint64_t peak_bytes() const;
};

/// Of this rank's share. `theory` tells how far particles stray from their slabs. Rank-local.
[[nodiscard]] MemoryEstimate memory_estimate(const par::Comm& comm,
                                             const SimulationOptions& options,
                                             const cosmology::LinearTheory& theory);

/// Refuses a run that does not fit. Collective.
/// @throws UsageError (agreed) that says how much is missing
void require_memory(const par::Comm& comm, const SimulationOptions& options,
                    const cosmology::LinearTheory& theory);

}  // namespace nubox::sim
