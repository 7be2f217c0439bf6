#include "nubox/sim/particles.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/periodic.hpp"

#include <cmath>
#include <utility>

namespace nubox::sim {
namespace {

/// to = from * factor, element by element.
void scale(std::span<const float> from, double factor, std::span<float> to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(factor * static_cast<double>(from[i]));
  }
}

}  // namespace

field::Box to_snapshot(Particles particles, io::FieldHeader header) {
  const double box = particles.displacement_mpch.box_size_mpch();
  header.box_size_mpch = box;
  header.n = particles.displacement_mpch.n();
  if (std::abs(units::scale_factor(header.redshift) / particles.a - 1) > 1e-12) {
    header.redshift = 1 / particles.a - 1;
  }
  field::Box snapshot{std::move(header), std::move(particles.displacement_mpch),
                      std::move(particles.momentum_mpch)};
  for (float& x : snapshot.displacement.values()) {
    x = static_cast<float>(field::minimum_image_of_any(x, box));
  }
  const std::span<float> velocity_kms = snapshot.velocity->values();
  scale(velocity_kms, units::velocity_kms(1, particles.a), velocity_kms);
  return snapshot;
}

Particles to_particles(field::Box snapshot) {
  if (!snapshot.velocity) throw InputError("the snapshot has no velocities: particles cannot move");
  const double a = units::scale_factor(snapshot.header.redshift);
  Particles particles{std::move(snapshot.displacement), std::move(*snapshot.velocity), a};
  const std::span<float> momentum_mpch = particles.momentum_mpch.values();
  scale(momentum_mpch, units::momentum_mpch(1, a), momentum_mpch);
  return particles;
}

}  // namespace nubox::sim
