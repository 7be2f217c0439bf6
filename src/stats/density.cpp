#include "nubox/stats/density.hpp"

#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"

#include <cmath>
#include <complex>

namespace nubox::stats {
namespace {

fft::MeshField painted_modes(const field::LatticeField& displacement_mpch,
                             const std::shared_ptr<const fft::Plan>& plan,
                             field::Assignment assignment, double shift_cells) {
  fft::MeshField mesh(plan, displacement_mpch.box_size_mpch());
  field::ParticleRoute(plan->layout(), displacement_mpch, assignment, shift_cells).paint(mesh);
  field::to_contrast(mesh, std::pow(static_cast<double>(displacement_mpch.n()), 3));
  mesh.to_modes();
  return mesh;
}

}  // namespace

fft::MeshField density_modes(const field::LatticeField& displacement_mpch,
                             const std::shared_ptr<const fft::Plan>& plan,
                             field::Assignment assignment) {
  return painted_modes(displacement_mpch, plan, assignment, 0.0);
}

fft::MeshField interlaced_modes(const fft::MeshField& first,
                                const field::LatticeField& displacement_mpch,
                                field::Assignment assignment) {
  auto mesh = painted_modes(displacement_mpch, first.plan(), assignment, 0.5);
  const double half_cell = units::pi / static_cast<double>(first.n());
  fft::for_each_mode(*first.plan(), [&](const fft::Mode& mode, std::size_t index) {
    const auto back = std::polar(0.5, half_cell * (mode.nx + mode.ny + mode.nz));
    mesh.modes()[index] =
        0.5F * first.modes()[index] + std::complex<float>(back) * mesh.modes()[index];
  });
  return mesh;
}

}  // namespace nubox::stats
