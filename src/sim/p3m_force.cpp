#include "nubox/sim/p3m_force.hpp"

#include "nubox/core/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nubox::sim {

ForceSplit P3mForce::split_of(std::size_t mesh_n, double box_size_mpch, double softening_mpch) {
  const double radius = split_radius_cells * box_size_mpch / static_cast<double>(mesh_n);
  return {radius, cutoff_split_radii * radius, softening_mpch};
}

P3mForce::P3mForce(const par::Comm& comm, std::size_t mesh_n, double box_size_mpch,
                   const ForceSplit& split)
    : split_(split),
      mesh_(comm, mesh_n, box_size_mpch, PmForce::Smoothing::undone),
      pairs_(comm, box_size_mpch, split) {}

void P3mForce::evaluate(const field::LatticeField& displacement_mpch,
                        const std::function<double(double k_hmpc)>& source, const UseForce& use) {
  const double k_nyquist =
      units::pi * static_cast<double>(mesh_.mesh_n()) / displacement_mpch.box_size_mpch();
  const double of_pairs = source(k_nyquist);
  const auto of_mesh = [&](double k) { return source(k) - of_pairs * (1 - mesh_share(split_, k)); };
  std::array<float, 3> largest{};
  mesh_.evaluate(displacement_mpch, of_mesh,
                 [&](std::size_t axis, std::size_t first, std::span<const float> force_mpch) {
                   for (const float f : force_mpch) {
                     largest[axis] = std::max(largest[axis], std::abs(f));
                   }
                   use(axis, first, force_mpch);
                 });
  pairs_.evaluate(displacement_mpch, of_pairs, use);
  largest_mpch_ = std::hypot(largest[0], largest[1], largest[2]) + pairs_.largest_mpch();
}

const PhaseTimes& P3mForce::times() const {
  times_ = mesh_.times();
  for (const auto& [phase, seconds] : pairs_.times().seconds()) times_.add(phase, seconds);
  return times_;
}

}  // namespace nubox::sim
