#include "nubox/prior/neutrino_density.hpp"

#include "nubox/fft/radial_table.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/field/particle_route.hpp"

#include <cmath>

namespace nubox::prior {

field::LatticeField neutrino_density(const field::LatticeField& displacement_mpch,
                                     const cosmology::LinearTheory& massive, double a,
                                     std::size_t mesh_n) {
  constexpr auto assignment = field::Assignment::pcs;
  const auto plan = fft::Plan::create(displacement_mpch.comm(), mesh_n);
  fft::MeshField mesh(plan, displacement_mpch.box_size_mpch());
  field::ParticleRoute(plan->layout(), displacement_mpch, assignment).paint_exact(mesh);
  field::to_contrast(mesh, std::pow(static_cast<double>(displacement_mpch.n()), 3));
  mesh.to_modes();

  const fft::RadialTable response(mesh, [&](double k) { return massive.neutrino_ratio(k, a); });
  const field::InverseWindow inverse(assignment, mesh_n);
  const auto undo = [&](int n_i) {
    return 2 * static_cast<std::size_t>(std::abs(n_i)) < displacement_mpch.n() ? inverse(n_i) : 0.0;
  };
  fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
    mesh.modes()[index] *=
        static_cast<float>(response(mode) * undo(mode.nx) * undo(mode.ny) * undo(mode.nz));
  });
  mesh.to_real();
  field::LatticeField density(par::SlabLayout(displacement_mpch.comm(), mesh_n), 1,
                              displacement_mpch.box_size_mpch());
  field::copy_from_mesh(mesh, density, 0);
  return density;
}

}  // namespace nubox::prior
