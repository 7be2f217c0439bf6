#include "nubox/prior/shared.hpp"

#include "prior/mesh_force.hpp"

#include <algorithm>
#include <span>

namespace nubox::prior {

field::LatticeField force_on(const field::LatticeField& displacement_mpch, sim::PmForce& mesh) {
  field::LatticeField force(displacement_mpch.layout(), 3, displacement_mpch.box_size_mpch());
  mesh.evaluate(
      displacement_mpch, [](double) { return 1.0; },
      [&](std::size_t axis, std::size_t first, std::span<const float> force_mpch) {
        std::ranges::copy(force_mpch, force.component(axis).subspan(first).begin());
      });
  return force;
}

field::LatticeField input_force(const field::LatticeField& displacement_mpch,
                                std::size_t mesh_factor) {
  PriorMesh mesh(displacement_mpch, mesh_factor);
  return force_on(displacement_mpch, mesh);
}

}  // namespace nubox::prior
