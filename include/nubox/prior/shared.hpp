#pragma once

#include "nubox/fft/plan.hpp"
#include "nubox/field/lattice_field.hpp"

#include <cstddef>
#include <memory>

namespace nubox::prior {

/// What the boxes of one input and the channels of its network share. What is null is computed
/// where it is needed.
struct Shared {
  std::shared_ptr<const fft::Plan> plan{};                  ///< of the lattice of the input
  std::shared_ptr<const field::LatticeField> force_mpch{};  ///< input_force() on the input
};

/// Particle-mesh force of the massless cosmology on the particles of a box, [3][nx_local][N][N] in
/// Mpc/h: equal to the displacement in linear theory. It is that of the first kick of a rewind.
/// Collective. @throws NumericalError (agreed) if displacements are not finite
[[nodiscard]] field::LatticeField input_force(const field::LatticeField& displacement_mpch,
                                              std::size_t mesh_factor);

}  // namespace nubox::prior
