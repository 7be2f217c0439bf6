#pragma once

#include "nubox/field/lattice_field.hpp"
#include "nubox/sim/pm_force.hpp"

namespace nubox::prior {

/// How the forces of a prior are computed: with one mesh and two transforms.
class PriorMesh : public sim::PmForce {
 public:
  /// Collective.
  PriorMesh(const field::LatticeField& lattice, std::size_t mesh_factor)
      : PmForce(lattice.comm(), mesh_factor * lattice.n(), lattice.box_size_mpch(), Smoothing::kept,
                Gradient::differences) {}
};

/// Force of the massless cosmology on the particles, [3][nx_local][N][N], Mpc/h. Collective.
[[nodiscard]] field::LatticeField force_on(const field::LatticeField& displacement_mpch,
                                           sim::PmForce& mesh);

}  // namespace nubox::prior
