#pragma once

#include "nubox/field/particle_positions.hpp"
#include "nubox/stats/tracers.hpp"

#include <vector>

namespace nubox::stats {

/// Positions of the particles of this rank as box fractions, in the order of their velocities.
/// Collective. @throws NumericalError (agreed) for positions that are not finite
[[nodiscard]] inline std::vector<field::ParticlePosition> positions_of(const Tracers& tracers) {
  if (const field::Box* box = tracers.lattice()) {
    return field::lattice_positions(box->displacement, 0);
  }
  return field::free_positions(tracers.comm(), tracers.box_size_mpch(),
                               tracers.catalogue()->positions_mpch, 0);
}

}  // namespace nubox::stats
